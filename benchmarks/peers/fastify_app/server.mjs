// The same requests as fastify's and pg's own documentation have them.
//
// node server.mjs, with DATABASE_URL, JWT_SECRET and PORT in the environment.

import fastifyJwt from "@fastify/jwt";
import Fastify from "fastify";
import pg from "pg";

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  idleTimeoutMillis: 0,
});

const app = Fastify();

const fields = {
  title: { type: "string", minLength: 1, maxLength: 500 },
  description: { type: ["string", "null"], maxLength: 16384 },
  priority: { type: "string", enum: ["none", "low", "medium", "high", "urgent"] },
  due_date: { type: ["string", "null"], format: "date" },
  tags: { type: "array", maxItems: 20, items: { type: "string", maxLength: 50 } },
  completed: { type: "boolean" },
};

const task = {
  type: "object",
  properties: {
    id: { type: "string" },
    user_id: { type: "string" },
    ...fields,
    created_at: { type: "string", format: "date-time" },
    updated_at: { type: "string", format: "date-time" },
  },
};

const body = { type: "object", properties: fields };
const limit = { type: "integer", minimum: 1, maximum: 500, default: 100 };

app.register(fastifyJwt, {
  secret: process.env.JWT_SECRET,
  verify: { algorithms: ["HS256"], requiredClaims: ["exp", "sub"] },
});

// A named statement is prepared once on each connection.
const LIST = {
  name: "list",
  text: "SELECT * FROM tasks WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2",
};
const GET = { name: "get", text: "SELECT * FROM tasks WHERE id = $1 AND user_id = $2" };
const CREATE = {
  name: "create",
  text: `INSERT INTO tasks (user_id, title, description, priority, due_date, tags, completed)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *`,
};
const UPDATE = {
  name: "update",
  text: `UPDATE tasks SET title = $3, description = $4, priority = $5, due_date = $6, tags = $7,
         completed = $8, updated_at = now() WHERE id = $1 AND user_id = $2 RETURNING *`,
};
const TOGGLE = {
  name: "toggle",
  text: `UPDATE tasks SET completed = NOT completed, updated_at = now()
         WHERE id = $1 AND user_id = $2 RETURNING *`,
};

async function rows(statement, values) {
  return (await pool.query({ ...statement, values })).rows;
}

async function one(statement, values, reply) {
  const [found] = await rows(statement, values);
  return found ?? reply.code(404).send({ detail: "Task not found" });
}

app.register(async (owned) => {
  owned.addHook("onRequest", async (request, reply) => {
    await request.jwtVerify();
    if (request.user.sub !== request.params.user_id) {
      return reply.code(403).send({ detail: "Not your tasks" });
    }
  });

  const list = { type: "array", items: task };
  const query = { type: "object", properties: { limit } };
  owned.get(
    "/tasks",
    { schema: { querystring: query, response: { 200: list } } },
    (request) => rows(LIST, [request.params.user_id, request.query.limit]),
  );

  owned.post(
    "/tasks",
    { schema: { body: { ...body, required: ["title"] }, response: { 201: task } } },
    async (request, reply) => {
      const { title, description, priority, due_date, tags, completed } = request.body;
      const values = [title, description, priority ?? "none", due_date];
      const rest = [JSON.stringify(tags ?? []), completed ?? false];
      reply.code(201);
      return one(CREATE, [request.params.user_id, ...values, ...rest], reply);
    },
  );

  owned.get("/tasks/:id", { schema: { response: { 200: task } } }, (request, reply) =>
    one(GET, [request.params.id, request.params.user_id], reply),
  );

  owned.put(
    "/tasks/:id",
    { schema: { body, response: { 200: task } } },
    async (request, reply) => {
      const key = [request.params.id, request.params.user_id];
      const [before] = await rows(GET, key);
      if (!before) return reply.code(404).send({ detail: "Task not found" });
      const { title, description, priority, due_date, tags, completed } = {
        ...before,
        ...request.body,
      };
      const values = [title, description, priority, due_date, JSON.stringify(tags), completed];
      return one(UPDATE, [...key, ...values], reply);
    },
  );

  owned.patch("/tasks/:id/complete", { schema: { response: { 200: task } } }, (request, reply) =>
    one(TOGGLE, [request.params.id, request.params.user_id], reply),
  );
}, { prefix: "/api/:user_id" });

await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });

process.on("SIGTERM", async () => {
  await app.close();
  await pool.end();
});
