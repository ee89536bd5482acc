# Built from the locks alone. `make image-check` does the same steps in a clean folder, without an
# engine. The newest Python with wheels for all that is locked is 3.14; 3.13 is what was tried.
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

# No pip in there: nothing is installed at run time. Wheels only, so no compiler either.
RUN python -m venv --without-pip /opt/taskhaven
COPY requirements.lock .
RUN pip --python /opt/taskhaven/bin/python install \
    --require-hashes --only-binary :all: --requirement requirements.lock

COPY requirements-build.lock .
RUN pip install --require-hashes --only-binary :all: --requirement requirements-build.lock
COPY . .
RUN python -m hatchling build --target wheel \
    && pip --python /opt/taskhaven/bin/python install --no-deps --no-index dist/*.whl

FROM python:${PYTHON} AS service
RUN groupadd --gid 10001 taskhaven \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
    --shell /usr/sbin/nologin taskhaven \
    && install -d -o 10001 -g 10001 -m 0700 /data
# The code is root's, so that the service cannot change it.
COPY --from=build /opt/taskhaven /opt/taskhaven

ENV PATH=/opt/taskhaven/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    HOST=0.0.0.0 \
    DATABASE_URL=sqlite:////data/taskhaven.db

# Written to: /data, and /tmp. All else may be read-only.
VOLUME ["/data"]
WORKDIR /data
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["taskhaven", "health"]
ENTRYPOINT ["taskhaven"]
CMD ["serve"]

# The same with the pg_dump and pg_restore of compose.yaml's PostgreSQL, from PostgreSQL's own
# packages, whose keys Debian's postgresql-common has. It makes backups and never serves.
FROM service AS tools
USER root
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install --yes --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10001 -g 10001 -m 0700 /backups
VOLUME ["/backups"]
WORKDIR /backups
USER 10001:10001
HEALTHCHECK NONE

# What is built when nobody says which.
FROM service
