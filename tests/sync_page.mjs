// Two devices of one user, with the client that docs/sync.md shows; says what came of it as JSON.
// node sync_page.mjs <client> <base> <token> <scenario>

const [file, base, token, scenario] = process.argv.slice(2);
const { Tasks } = await import(file);
setTimeout(() => process.exit(3), 20_000).unref();

const newStore = () => {
  const kept = new Map();
  return {
    get: (name) => (kept.has(name) ? JSON.parse(kept.get(name)) : undefined),
    set: (name, value) =>
      value === undefined ? kept.delete(name) : kept.set(name, JSON.stringify(value)),
  };
};
const device = (store = newStore()) => new Tasks(base, async () => token, store);
const say = (said) => console.log(JSON.stringify(said));
const titled = (client, title) => [...client.tasks.values()].find((t) => t.title === title);

const withoutNetwork = async (doing, { afterwards = false } = {}) => {
  const real = globalThis.fetch;
  globalThis.fetch = async (...asked) => {
    if (afterwards) await real(...asked);
    throw new TypeError("no network");
  };
  try {
    await doing();
  } catch (error) {
    if (error.message !== "no network") throw error;
  } finally {
    globalThis.fetch = real;
  }
};

const scenarios = {
  async offline(phone, laptop) {
    await laptop.sync();
    for (const title of ["one", "two", "three"]) phone.write("POST", "/tasks", { title });
    await withoutNetwork(() => phone.sync());
    await withoutNetwork(() => phone.sync(), { afterwards: true }); // the first answer is lost
    const waiting = phone.queue.length;
    await phone.sync();
    await laptop.sync();
    laptop.write("DELETE", `/tasks/${titled(laptop, "two").id}`);
    laptop.write("PATCH", `/tasks/${titled(laptop, "one").id}`, { title: "ONE" });
    phone.write("PATCH", `/tasks/${titled(phone, "one").id}`, { priority: "high" });
    phone.write("PATCH", `/tasks/${titled(phone, "two").id}`, { title: "too late" });
    await laptop.sync();
    const refused = (await phone.sync()).map(({ path, status }) => [path.slice(0, 7), status]);
    await laptop.sync();
    return { waiting, refused };
  },
  async woken(phone, laptop) { // what is in the store is all that there was
    phone.write("POST", "/tasks", { title: "before" });
    await phone.sync();
    phone.write("POST", "/tasks", { title: "after" });
    const woken = device(phone.store);
    const same = JSON.stringify([...woken.tasks]) === JSON.stringify([...phone.tasks]);
    await woken.sync();
    phone.tasks = woken.tasks;
    await laptop.sync();
    return { same };
  },
  async gone(phone, laptop) {
    for (const title of ["one", "two"]) phone.write("POST", "/tasks", { title });
    await phone.sync();
    laptop.apply({ id: "no longer there", title: "gone" });
    laptop.since = "c999999";
    await laptop.sync();
    return {};
  },
  async many(phone, laptop) { // more than a page
    for (let n = 0; n < 105; n++) phone.write("POST", "/tasks", { title: `${n}` });
    await phone.sync();
    await laptop.sync();
    return {};
  },
  async live(phone, laptop) {
    await phone.sync();
    const changes = [];
    const heard = new Promise((resolve) => {
      phone.onchange = () => changes.push(phone.since) === 3 && resolve();
    });
    const listening = phone.listen();
    await new Promise((resolve) => setTimeout(resolve, 300));
    laptop.write("POST", "/tasks", { title: "live: \r\n\u2028 one" });
    laptop.write("POST", "/tasks", { title: "two" });
    await laptop.sync();
    laptop.write("DELETE", `/tasks/${titled(laptop, "two").id}`);
    await laptop.sync();
    await heard;
    say({ heard: changes, phone: [...phone.tasks.values()], laptop: [...laptop.tasks.values()] });
    return { reason: await listening };
  },
};

const [phone, laptop] = [device(), device()];
const result = await scenarios[scenario](phone, laptop);
say({ ...result, phone: [...phone.tasks.values()], laptop: [...laptop.tasks.values()] });
