"""Who somebody is: tokens, accounts and sessions."""

from datetime import timedelta

from dependency_injector import providers

from adapters.passwords.argon2id import Argon2id
from adapters.passwords.common import ListedPasswords
from adapters.system.audit import LoggedAudit
from adapters.system.randomness import SystemRandomness
from application.accounts import LogIn, MakeAccount, ReadAccount, Register, RenameAccount
from application.administration import (
    AddAccount,
    DisableAccount,
    EnableAccount,
    FindAccount,
    ListAccounts,
)
from application.erasure import EraseAccount, ExportAccount, FinishErasures
from application.line import Line
from application.passwords import ChangePassword, ChoosePassword, ProvePassword
from application.sessions import (
    Authenticate,
    EndSession,
    ForgetSessions,
    Grants,
    Lifetimes,
    ListSessions,
    LiveSessions,
    LogOut,
    RefreshSession,
)
from application.throttle import AT_AN_ACCOUNT, BY_AN_ADDRESS, ForgetTallies, Throttle
from domain.tally import Patience
from entrypoints.container.limits import Limits
from entrypoints.container.storages import Storages
from entrypoints.container.tokens import Tokens
from entrypoints.request import request_id
from entrypoints.settings import Settings

_LOGINS_AT_ONCE = 2  # that ask storage; a hundred would take every connection
_LOGINS_WAITING = 200


def _lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(
        access=timedelta(minutes=settings.access_token_minutes),
        refresh=timedelta(days=settings.refresh_token_days),
        session=timedelta(days=settings.session_days),
    )


def _patience_with_addresses(settings: Settings) -> Patience | None:
    return BY_AN_ADDRESS if settings.rate_limit else None


class Identity(Limits):
    """Every use case of accounts, and the one that tells who calls."""

    tokens = providers.Singleton(
        Tokens, settings=Storages.settings, now=Storages.now, meter=Storages.meter
    )
    verifier = tokens.provided.verifier
    live = providers.Singleton(LiveSessions, sessions=Storages.sessions, now=Storages.now)
    audit = providers.Singleton(
        LoggedAudit,
        secret=tokens.provided.audit_secret,
        request_id=providers.Object(request_id.get),
        meter=Storages.meter,
    )
    authenticate = providers.Singleton(Authenticate, verifier=verifier, live=live, audit=audit)

    hasher = providers.Singleton(Argon2id, meter=Storages.meter)
    common = providers.Singleton(ListedPasswords)
    grants = providers.Singleton(
        Grants,
        signer=tokens.provided.own_signer,
        lifetimes=providers.Callable(_lifetimes, Storages.settings),
        new_id=Storages.new_id,
        randomness=providers.Singleton(SystemRandomness),
    )
    at_account = providers.Singleton(
        Throttle, kind="account", tallies=Storages.tallies, now=Storages.now, patience=AT_AN_ACCOUNT
    )
    at_password = providers.Singleton(
        Throttle,
        kind="password",
        tallies=Storages.tallies,
        now=Storages.now,
        patience=AT_AN_ACCOUNT,
    )
    by_address = providers.Singleton(
        Throttle,
        kind="address",
        tallies=Storages.tallies,
        now=Storages.now,
        patience=providers.Callable(_patience_with_addresses, Storages.settings),
    )

    registrations = providers.Singleton(
        Throttle,
        kind="registration",
        tallies=Storages.tallies,
        now=Storages.now,
        patience=providers.Callable(_patience_with_addresses, Storages.settings),
    )

    choose_password = providers.Singleton(ChoosePassword, hasher=hasher, common=common)
    make_account = providers.Singleton(
        MakeAccount, choose=choose_password, now=Storages.now, new_id=Storages.new_id
    )
    prove_password = providers.Singleton(
        ProvePassword, accounts=Storages.accounts, hasher=hasher, throttle=at_password
    )
    register = providers.Singleton(
        Register,
        make=make_account,
        accounts=Storages.accounts,
        grants=grants,
        by_address=registrations,
        audit=audit,
        open=Storages.settings.provided.registration_open,
    )
    log_in = providers.Singleton(
        LogIn,
        line=providers.Singleton(Line, _LOGINS_AT_ONCE, _LOGINS_WAITING),
        accounts=Storages.accounts,
        sessions=Storages.sessions,
        hasher=hasher,
        grants=grants,
        at_account=at_account,
        by_address=by_address,
        audit=audit,
        now=Storages.now,
    )
    refresh_session = providers.Singleton(
        RefreshSession,
        accounts=Storages.accounts,
        sessions=Storages.sessions,
        grants=grants,
        live=live,
        audit=audit,
        now=Storages.now,
    )
    log_out = providers.Singleton(LogOut, sessions=Storages.sessions, live=live, audit=audit)
    read_account = providers.Singleton(ReadAccount, accounts=Storages.accounts)
    rename_account = providers.Singleton(RenameAccount, accounts=Storages.accounts)
    change_password = providers.Singleton(
        ChangePassword,
        prove=prove_password,
        choose=choose_password,
        accounts=Storages.accounts,
        live=live,
        audit=audit,
    )
    list_sessions = providers.Singleton(ListSessions, sessions=Storages.sessions, now=Storages.now)
    end_session = providers.Singleton(
        EndSession, sessions=Storages.sessions, live=live, audit=audit
    )
    erase_account = providers.Singleton(
        EraseAccount,
        prove=prove_password,
        accounts=Storages.accounts,
        owners=Storages.owners,
        live=live,
        audit=audit,
        now=Storages.now,
    )
    export_account = providers.Singleton(
        ExportAccount,
        accounts=Storages.accounts,
        sessions=Storages.sessions,
        tasks=Storages.tasks,
        trash=Storages.trash,
        journal=Storages.journal,
        audit=audit,
    )
    add_account = providers.Singleton(
        AddAccount, make=make_account, accounts=Storages.accounts, audit=audit
    )
    list_accounts = providers.Singleton(ListAccounts, accounts=Storages.accounts)
    find_account = providers.Singleton(FindAccount, accounts=Storages.accounts)
    disable_account = providers.Singleton(
        DisableAccount, accounts=Storages.accounts, audit=audit, now=Storages.now
    )
    enable_account = providers.Singleton(EnableAccount, accounts=Storages.accounts, audit=audit)

    finish_erasures = providers.Singleton(
        FinishErasures, accounts=Storages.accounts, owners=Storages.owners, now=Storages.now
    )
    forget_sessions = providers.Singleton(
        ForgetSessions, sessions=Storages.sessions, now=Storages.now
    )
    forget_tallies = providers.Singleton(ForgetTallies, tallies=Storages.tallies, now=Storages.now)
