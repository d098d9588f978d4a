// The story, told with the published SDK as it comes from npm: nothing here knows that the server is Sealbox.
//
// OPENCOMPUTER_API_URL and OPENCOMPUTER_API_KEY say where the server is; WITNESS_URL is the test's own window on
// what the upstreams received (GET /received, GET /passwords, POST /admit, POST /commit).
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { after, test } from "node:test";
import { Sandbox, ScalingLockedError, SecretStore, Tags, Usage, Webhooks, verifyWebhook } from "@opencomputer/sdk";

const TOKEN = /^osb_sealed_[0-9a-f]{32}$/;
const secret = (what) => `real-${what}-${randomBytes(16).toString("hex")}`;
const gitSecret = secret("git");
const apiSecret = secret("api");
const newApiSecret = secret("api-new");
const forkGitSecret = secret("git-fork");
const secrets = [gitSecret, apiSecret, newApiSecret, forkGitSecret];

const stores = [];
const sandboxes = [];

after(async () => {
    for (const sandbox of sandboxes) await sandbox.kill();
    for (const store of stores) await SecretStore.delete(store.id);
});

async function witness(path, body) {
    const answer = await fetch(process.env.WITNESS_URL + path, body === undefined ? {} : { method: "POST", body });
    assert.ok(answer.ok, `witness ${path}: ${answer.status}`);
    return answer.json();
}

const received = async (target) => (await witness("/received")).filter((request) => request.target === target);

/** Runs a command; no output of any command may ever hold a real value. */
async function run(sandbox, command, options) {
    const result = await sandbox.exec.run(command, options);
    for (const value of secrets) {
        assert.ok(!result.stdout.includes(value) && !result.stderr.includes(value), `a real value came out of: ${command}`);
    }
    return result;
}

async function succeeds(sandbox, command, options) {
    const result = await run(sandbox, command, options);
    assert.equal(result.exitCode, 0, `${command}\n${result.stdout}\n${result.stderr}`);
    return result.stdout;
}

async function ready(sandbox, checkpoint) {
    for (let attempt = 0; attempt < 900; attempt++) {
        const found = (await sandbox.listCheckpoints()).find((each) => each.id === checkpoint.id);
        if (found.status !== "processing") return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return assert.fail("the checkpoint is still processing");
}

test("the story through @opencomputer/sdk", async (story) => {
    let store;
    let forkStore;
    let sandbox;
    let checkpoint;
    let fork;
    let token;

    await story.test("1. stores and secrets", async () => {
        store = await SecretStore.create({
            name: "sdk-git-creds",
            egressAllowlist: ["api.example.test", "git.example.test"],
        });
        stores.push(store);
        await witness("/admit", gitSecret);
        await SecretStore.setSecret(store.id, "GIT_TOKEN", gitSecret);
        await SecretStore.setSecret(store.id, "API_KEY", apiSecret, { allowedHosts: ["api.example.test"] });
        await SecretStore.setSecret(store.id, "SPARE", secret("spare"));
        assert.ok((await SecretStore.list()).some((each) => each.id === store.id));
        assert.equal((await SecretStore.get(store.id)).name, "sdk-git-creds");
        const changed = await SecretStore.update(store.id, {
            name: "sdk-creds",
            egressAllowlist: ["api.example.test", "git.example.test", "logs.example.test"],
        });
        assert.equal(changed.name, "sdk-creds");
        assert.equal(changed.egressAllowlist.length, 3);
        await SecretStore.deleteSecret(store.id, "SPARE");
        const listed = await SecretStore.listSecrets(store.id);
        assert.deepEqual(listed.map((each) => each.name), ["API_KEY", "GIT_TOKEN"]);
        assert.deepEqual(listed[0].allowedHosts, ["api.example.test"]);
        assert.ok(!JSON.stringify(listed).includes("real-"));
        const short = await SecretStore.create({ name: "sdk-short-lived" });
        await SecretStore.delete(short.id);
        await assert.rejects(SecretStore.get(short.id), /404/);
        await assert.rejects(SecretStore.create({ name: "sdk-creds" }), /409/);
    });

    await story.test("2. the sandbox sees a sealed token", async () => {
        sandbox = await Sandbox.create({ secretStore: "sdk-creds", envs: { PLAIN: "yes" } });
        sandboxes.push(sandbox);
        assert.equal(sandbox.status, "running");
        token = (await succeeds(sandbox, "echo $GIT_TOKEN")).trim();
        assert.match(token, TOKEN);
        assert.equal((await succeeds(sandbox, "env | grep -c osb_sealed_")).trim(), "2");
        assert.equal((await succeeds(sandbox, "echo $PLAIN; id -un; pwd")).trim(), "yes\nsandbox\n/home/sandbox");
        assert.equal((await sandbox.commands.run("exit 3")).exitCode, 3);
        assert.ok((await Sandbox.connect(sandbox.sandboxId)).status === "running");
    });

    await story.test("3. the upstream receives the value, the sandbox never does", async () => {
        const echo = await succeeds(
            sandbox,
            `curl -sS https://api.example.test/sdk/both -H "Authorization: Bearer $API_KEY" ` +
                `-H 'Content-Type: application/json' -d "{\\"token\\":\\"$GIT_TOKEN\\"}"`,
        );
        const [request] = await received("/sdk/both");
        assert.equal(request.headers.authorization[0], `Bearer ${apiSecret}`);
        assert.equal(request.body, JSON.stringify({ token: gitSecret }));
        assert.equal(JSON.parse(echo).body, JSON.stringify({ token }));

        const denied = await run(sandbox, `curl -sS -v https://denied.example.test/sdk/denied -H "X-Key: $GIT_TOKEN"`);
        assert.notEqual(denied.exitCode, 0);
        assert.match(denied.stderr, /403/);
        assert.deepEqual(await received("/sdk/denied"), []);

        await succeeds(sandbox, `curl -sS https://logs.example.test/sdk/excluded -H "X-Key: $API_KEY" -o /dev/null`);
        const [excluded] = await received("/sdk/excluded");
        assert.match(excluded.headers["x-key"][0], TOKEN);
    });

    await story.test("4. ignoring the proxy variables gains nothing and breaks nothing", async () => {
        await succeeds(
            sandbox,
            `unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy; ` +
                `curl -sS https://api.example.test/sdk/direct -H "X-Key: $API_KEY" -o /dev/null`,
        );
        assert.equal((await received("/sdk/direct"))[0].headers["x-key"][0], apiSecret);
        const denied = await run(
            sandbox,
            `unset HTTPS_PROXY https_proxy; curl -sS -m 10 https://denied.example.test/sdk/denied -o /dev/null`,
        );
        assert.notEqual(denied.exitCode, 0);
        assert.deepEqual(await received("/sdk/denied"), []);
    });

    await story.test("5. clone, write, checkpoint, kill", async () => {
        await succeeds(sandbox, `git clone -q https://x:$GIT_TOKEN@git.example.test/repo.git repo`);
        await sandbox.files.write("notes.txt", "kept across the checkpoint");
        assert.equal(await sandbox.files.read("notes.txt"), "kept across the checkpoint");
        assert.equal(await sandbox.files.exists("nothing.txt"), false);
        checkpoint = await sandbox.createCheckpoint("before-fork");
        assert.equal((await ready(sandbox, checkpoint)).status, "ready");
        const link = await sandbox.downloadUrl("notes.txt");
        assert.equal(await (await fetch(link)).text(), "kept across the checkpoint");
        await sandbox.kill();
        assert.equal((await fetch(link)).status, 410, "a signed URL ends with its sandbox");
        sandboxes.pop();
        assert.equal(await sandbox.isRunning(), false);
    });

    await story.test("6. a fork with a second store on top", async () => {
        forkStore = await SecretStore.create({ name: "sdk-fork-creds", egressAllowlist: ["extra.example.test"] });
        stores.push(forkStore);
        await witness("/admit", forkGitSecret);
        await SecretStore.setSecret(forkStore.id, "GIT_TOKEN", forkGitSecret, { allowedHosts: ["git.example.test"] });
        fork = await Sandbox.createFromCheckpoint(checkpoint.id, { secretStore: "sdk-fork-creds" });
        sandboxes.push(fork);
        assert.equal(await fork.files.read("/home/sandbox/notes.txt"), "kept across the checkpoint");
        assert.match(await succeeds(fork, "cat repo/.git/config"), new RegExp(token));
        const fresh = (await succeeds(fork, "echo $GIT_TOKEN")).trim();
        assert.match(fresh, TOKEN);
        assert.notEqual(fresh, token);

        await witness("/commit", "written after the checkpoint");
        await succeeds(fork, "cd repo && git pull -q");
        assert.equal((await witness("/passwords")).at(-1), forkGitSecret);

        const hosts = await fork.getAllowedHosts();
        assert.deepEqual(
            [...hosts.egressAllowlist].sort(),
            ["api.example.test", "extra.example.test", "git.example.test", "logs.example.test"],
        );
        assert.deepEqual(hosts.perSecretAllowedHosts.GIT_TOKEN, ["git.example.test"]);
        assert.equal(hosts.secretStore, "sdk-fork-creds");
        await succeeds(fork, `curl -sS https://extra.example.test/sdk/extra -H "X-Key: $GIT_TOKEN" -o /dev/null`);
        assert.equal((await received("/sdk/extra"))[0].headers["x-key"][0], fresh);

        const foreign = `osb_sealed_${"0123456789abcdef".repeat(2)}`;
        const refused = await succeeds(fork, `curl -sS -i https://api.example.test/sdk/foreign -H "X-Key: ${foreign}"`);
        assert.match(refused, / 403 [\s\S]*x-sealbox-decision: token.unknown/i);
        assert.deepEqual(await received("/sdk/foreign"), []);
    });

    await story.test("7. a new value while the sandbox runs", async () => {
        const before = await succeeds(fork, "echo $API_KEY");
        await SecretStore.setSecret(store.id, "API_KEY", newApiSecret, { allowedHosts: ["api.example.test"] });
        await succeeds(fork, `curl -sS https://api.example.test/sdk/rotated -H "X-Key: $API_KEY" -o /dev/null`);
        assert.equal((await received("/sdk/rotated"))[0].headers["x-key"][0], newApiSecret);
        assert.equal(await succeeds(fork, "echo $API_KEY"), before);
    });

    await story.test("8. sleep, wake, reboot, and a value that changed meanwhile", async () => {
        const before = await succeeds(fork, "echo $API_KEY");
        await fork.files.write("kept.txt", "kept");
        await succeeds(fork, "sleep 1000 >/dev/null 2>&1 & echo begun");
        await fork.hibernate();
        assert.equal(fork.status, "hibernated");
        assert.equal(await fork.isRunning(), false);
        await fork.hibernate();
        const wokenApiSecret = secret("api-woken");
        secrets.push(wokenApiSecret);
        await SecretStore.setSecret(store.id, "API_KEY", wokenApiSecret, { allowedHosts: ["api.example.test"] });
        await fork.wake({ timeout: 600 });
        assert.equal(fork.status, "running");
        assert.equal(await fork.isRunning(), true);
        assert.equal(await succeeds(fork, "echo $API_KEY"), before);
        await succeeds(fork, `curl -sS https://api.example.test/sdk/woken -H "X-Key: $API_KEY" -o /dev/null`);
        assert.equal((await received("/sdk/woken"))[0].headers["x-key"][0], wokenApiSecret);

        await fork.hibernate();
        assert.equal(await fork.files.read("kept.txt"), "kept", "a call wakes it");
        await fork.hibernate();
        assert.equal((await run(fork, "pgrep -c sleep")).stdout.trim(), "0", "processes do not survive");
        await fork.reboot();
        assert.equal(await fork.files.read("kept.txt"), "kept");
        await fork.powerCycle();
        assert.equal(await succeeds(fork, "echo $API_KEY"), before);
        const upload = await fork.uploadUrl("signed file.txt", { expiresIn: 60 });
        assert.equal((await fetch(upload, { method: "PUT", body: "through a URL" })).status, 204);
        assert.equal(await fork.files.read("/home/sandbox/signed file.txt"), "through a URL");
        await fork.hibernate();
        const download = await fork.downloadUrl("signed file.txt");
        const signed = await fetch(download);
        assert.equal(await signed.text(), "through a URL", "a signed URL wakes it, too");
        assert.equal((await fetch(download.replace("signed+file", "kept"))).status, 403);
        assert.equal((await fetch(download, { method: "PUT", body: "no" })).status, 401);
        assert.equal((await fetch(upload)).status, 401);
        await fork.setTimeout(3600);
        await fork.setTimeout(0);
        await assert.rejects(fork.setTimeout(-1), /400|timeout/i);
    });

    await story.test("9. another size, by hand and by use, a lock, and tags", async () => {
        const grown = await fork.scale({ memoryMB: 8192 });
        assert.equal(grown.memoryMB, 8192);
        assert.equal(grown.cpuPercent, 200);
        assert.deepEqual(await fork.getAutoscale(), { sandboxID: fork.sandboxId, enabled: false, minMemoryMB: 0, maxMemoryMB: 0 });
        await assert.rejects(fork.scale({ memoryMB: 5000 }), /400|memoryMB/);

        await fork.scale({ memoryMB: 4096 });
        const scaling = await fork.setAutoscale({ enabled: true, minMemoryMB: 8192, maxMemoryMB: 16384 });
        assert.deepEqual([scaling.enabled, scaling.minMemoryMB, scaling.maxMemoryMB], [true, 8192, 16384]);
        const until = async (what, holds) => {
            const late = Date.now() + 120_000;
            while (!(await holds())) {
                assert.ok(Date.now() < late, what);
                await new Promise((resolve) => setTimeout(resolve, 200));
            }
        };
        const size = async () => {
            const answer = await fetch(`${process.env.OPENCOMPUTER_API_URL}/api/sandboxes/${fork.sandboxId}`, {
                headers: { "X-API-Key": process.env.OPENCOMPUTER_API_KEY },
            });
            return (await answer.json()).memoryMB;
        };

        await until("it did not grow to its lower bound", async () => (await size()) === 8192);

        assert.equal((await fork.setScalingLock(true)).locked, true);
        assert.equal((await fork.getScalingLock()).locked, true);
        assert.equal((await fork.getAutoscale()).enabled, false, "a lock ends autoscaling");
        await assert.rejects(fork.scale({ memoryMB: 4096 }), ScalingLockedError);
        await assert.rejects(
            fork.setAutoscale({ enabled: true, minMemoryMB: 1024, maxMemoryMB: 4096 }),
            ScalingLockedError,
        );
        await fork.setScalingLock(false);

        const hog = `$n = 1150000000; $x = "x" x $n; open(F, ">/tmp/full"); close(F); sleep 300`;
        await succeeds(fork, `perl -e '${hog}' >/dev/null 2>&1 &`);
        await succeeds(fork, "until [ -e /tmp/full ]; do sleep 0.05; done");
        await assert.rejects(fork.scale({ memoryMB: 1024 }), /more memory/);

        const tags = new Tags(process.env.OPENCOMPUTER_API_URL, process.env.OPENCOMPUTER_API_KEY);
        assert.deepEqual(await tags.get(fork.sandboxId), { tags: {}, tagsLastUpdatedAt: null });
        const set = await tags.set(fork.sandboxId, { team: "blue", env: "test" });
        assert.deepEqual(set.tags, { team: "blue", env: "test" });
        assert.ok(Date.parse(set.tagsLastUpdatedAt) > 0);
        await assert.rejects(tags.set(fork.sandboxId, { "oc:reserved": "x" }));
        await until("the keys are not listed", async () => (await tags.listKeys()).some((known) => known.key === "team"));
        const usage = new Usage(process.env.OPENCOMPUTER_API_URL, process.env.OPENCOMPUTER_API_KEY);
        await until("what it uses is not seen", async () => (await usage.forSandbox(fork.sandboxId)).totals.memoryUsedPeakMb > 1000);
        await succeeds(fork, "pkill -9 perl");
        const one = await usage.forSandbox(fork.sandboxId);
        assert.ok(one.totals.uptimeSeconds > 0 && one.totals.memoryAllocatedPeakMb === 8192, JSON.stringify(one.totals));
        assert.ok(one.totals.memoryUsedGbSeconds < one.totals.memoryAllocatedGbSeconds);
        const all = await usage.bySandbox({ filter: { "tag:team": "blue" } });
        assert.deepEqual(all.items.map((item) => [item.sandboxId, item.tags.team]), [[fork.sandboxId, "blue"]]);
        assert.ok(all.total.memoryGbSeconds > 0 && all.nextCursor === null);
        const byTeam = await usage.byTag("team");
        assert.deepEqual(byTeam.items.map((item) => [item.tagValue, item.sandboxCount]), [["blue", 1]]);
        assert.ok(byTeam.untagged.sandboxCount > 0, "the first sandbox had no tags, and has been stopped");
    });

    await story.test("10. webhooks", async () => {
        const webhooks = new Webhooks();
        const url = "https://hooks.example.test/all";
        const params = { url, name: "ops", eventTypes: ["sandbox.*"], idempotencyKey: randomBytes(8).toString("hex") };
        const made = await webhooks.create(params);
        assert.equal((await webhooks.create(params)).id, made.id, "a repeat makes no second one");
        assert.deepEqual((await webhooks.list()).map((each) => each.id), [made.id]);
        assert.equal(await webhooks.getSecret(made.id), made.secret);
        assert.equal((await webhooks.get(made.id)).sandboxId, null);
        const changed = await webhooks.update(made.id, { eventTypes: null, name: "all" });
        assert.deepEqual([changed.name, changed.eventTypes, changed.secret], ["all", [], undefined]);
        await assert.rejects(webhooks.create({ url: "http://hooks.example.test/" }), /400/);
        await assert.rejects(webhooks.create({ url: "https://169.254.169.254/latest" }), /400/);
        await assert.rejects(webhooks.create({ url, eventTypes: ["sandbox.gone"] }), /400/);

        const late = async (what, find) => {
            const end = Date.now() + 90_000;
            for (;;) {
                const found = await find();
                if (found) return found;
                assert.ok(Date.now() < end, what);
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
        };
        const told = async (target, secret) =>
            Promise.all((await received(target)).map((request) => verifyWebhook(request.body, request.headers, secret)));

        const own = "https://hooks.example.test/own";
        const short = await Sandbox.create({ webhooks: [{ url: own, eventTypes: ["sandbox.stopped"] }] });
        sandboxes.push(short);
        assert.equal(short.webhooks[0].url, own);
        await short.kill();
        const [stop] = await late("its own webhook hears nothing", async () => {
            const heard = await told("/own", short.webhooks[0].secret);
            return heard.length > 0 && heard;
        });
        assert.deepEqual(
            [stop.type, stop.sandboxId, stop.event.data.reason],
            ["sandbox.stopped", short.sandboxId, "user_requested"],
        );
        const all = await late("not all of its life is told", async () => {
            const heard = (await told("/all", made.secret)).filter((each) => each.sandboxId === short.sandboxId);
            return heard.length >= 3 && heard;
        });
        assert.deepEqual(all.map((each) => each.type).sort(), ["sandbox.created", "sandbox.ready", "sandbox.stopped"]);
        assert.equal(all.find((each) => each.type === "sandbox.created").event.data.template, "base");
        const others = await told("/all", made.secret);
        assert.ok(others.every((each) => each.sandboxId === short.sandboxId), "what was before is not told");

        const test = await webhooks.test(made.id);
        assert.deepEqual([test.ok, test.eventType], [true, "sandbox.test"]);
        const attempts = async () => (await webhooks.deliveries.list(made.id)).filter((each) => each.id === test.messageId);
        await late("the sample is not delivered", async () => (await attempts())[0]?.status === "success");
        assert.equal((await webhooks.deliveries.get(made.id, test.messageId)).payload.type, "sandbox.test");
        assert.equal((await webhooks.deliveries.redeliver(made.id, test.messageId)).ok, true);
        const taken = async () => (await attempts()).filter((each) => each.status === "success");
        await late("the sample is not delivered again", async () => (await taken()).length === 2);
        const samples = (await told("/all", made.secret)).filter((each) => each.type === "sandbox.test");
        assert.deepEqual(samples.map((each) => each.dedupeId), [test.messageId, test.messageId]);

        await webhooks.delete(made.id);
        await assert.rejects(webhooks.get(made.id), /404/);
        await assert.rejects(webhooks.delete(made.id), /404/);
    });
});

// Answers GET with what it was asked, POST with the digest of the body, and a WebSocket's handshake; then it says frames
// of clients back, without their masks.
const PROGRAM = `
import base64, hashlib, http.server
class Program(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.headers.get("Upgrade") == "websocket":
            key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
            self.end_headers()
            while head := self.rfile.read(2):
                mask, text = self.rfile.read(4), self.rfile.read(head[1] & 127)
                self.wfile.write(bytes([head[0], len(text)]) + bytes(b ^ mask[i % 4] for i, b in enumerate(text)))
            self.close_connection = True
        elif self.path == "/large":
            self.send_response(200)
            self.send_header("Content-Length", str(8 << 20))
            self.end_headers()
            for i in range(128): self.wfile.write(bytes([i]) * 65536)
        else:
            self.say(f"{self.path} {dict(self.headers)}".encode())
    def do_POST(self):
        left, digest = int(self.headers["Content-Length"]), hashlib.sha256()
        while left:
            piece = self.rfile.read(min(left, 65536))
            left -= len(piece)
            digest.update(piece)
        self.say(digest.hexdigest().encode())
    def say(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def log_message(self, *of): pass
http.server.ThreadingHTTPServer(("127.0.0.1", 3000), Program).serve_forever()
`;

/** Asks the server under a preview's name, as a browser does whose resolver leads there. */
function visit(host, path, headers = {}, body = undefined) {
    const server = new URL(process.env.OPENCOMPUTER_API_URL);
    return new Promise((resolve, reject) => {
        const options = { host: server.hostname, port: server.port, path, method: body ? "POST" : "GET", agent: false };
        const asked = request({ ...options, headers: { Host: host, ...headers } }, async (answer) => {
            const pieces = [];
            for await (const piece of answer) pieces.push(piece);
            const content = Buffer.concat(pieces);
            resolve({ status: answer.statusCode, headers: answer.headers, content, text: content.toString() });
        });
        asked.on("upgrade", (answer, socket) => resolve({ status: answer.statusCode, headers: answer.headers, socket }));
        asked.on("error", reject);
        asked.end(body);
    });
}

test("ports of a sandbox are reached by their names, with its token", async () => {
    const sandbox = await Sandbox.create({ previewAuth: { scheme: "bearer" } });
    sandboxes.push(sandbox);
    const first = sandbox.previewAuthToken;
    assert.match(first, /^[A-Za-z0-9_-]{43}$/);
    const host = sandbox.getPreviewDomain(3000);
    assert.ok(host.startsWith(`${sandbox.sandboxId}-p3000.`) && host.length > sandbox.sandboxId.length + 8, host);
    assert.equal(sandbox.domain, sandbox.getPreviewDomain(80));
    const bearer = (token) => ({ Authorization: `Bearer ${token}` });

    const url = await sandbox.createPreviewURL({ port: 3000 });
    assert.equal(url.hostname, host);
    assert.deepEqual(await sandbox.createPreviewURL({ port: 3000, authConfig: { other: true } }), url);
    assert.deepEqual(await sandbox.listPreviewURLs(), [url]);
    await sandbox.deletePreviewURL(3000);
    await sandbox.deletePreviewURL(3000);
    assert.deepEqual(await sandbox.listPreviewURLs(), []);

    const silent = await visit(host, "/", bearer(first));
    assert.equal(silent.status, 502);
    assert.match(silent.text, /Nothing listens on port 3000/);

    await sandbox.files.write("/home/sandbox/program.py", PROGRAM);
    await succeeds(sandbox, "nohup python3 program.py >/dev/null 2>&1 &");
    await succeeds(sandbox, "until curl -s -o /dev/null --noproxy '*' http://127.0.0.1:3000/; do sleep 0.05; done");

    assert.equal((await visit(host, "/")).status, 401);
    assert.equal((await visit(host, "/", { "X-API-Key": process.env.OPENCOMPUTER_API_KEY })).status, 401);
    const answer = await visit(host, "/api/sandboxes?a=b%20c", {
        "X-API-Key": process.env.OPENCOMPUTER_API_KEY,
        "X-OC-Preview-Token": first,
        Authorization: "Basic bWluZTptaW5l",
    });
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.text.startsWith("/api/sandboxes?a=b%20c ") && answer.text.includes("Basic bWluZTptaW5l"), answer.text);
    assert.ok(!answer.text.includes(first) && !answer.text.includes(process.env.OPENCOMPUTER_API_KEY), answer.text);

    const large = randomBytes(8 << 20);
    const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
    assert.equal((await visit(host, "/", bearer(first), large)).text, digest(large));
    const expected = Buffer.concat([...Array(128).keys()].map((i) => Buffer.alloc(65536, i)));
    assert.equal(digest((await visit(host, "/large", bearer(first))).content), digest(expected));

    let token = await sandbox.rotatePreviewAuthToken();
    assert.equal((await visit(host, "/", bearer(first))).status, 401);
    assert.equal((await visit(host, "/", bearer(token))).status, 200);

    const handshake = {
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    assert.equal((await visit(host, "/live", handshake)).status, 401);
    const { status, headers, socket } = await visit(host, "/live", { ...handshake, ...bearer(token) });
    assert.equal(status, 101);
    assert.equal(headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    const said = new Promise((resolve) => socket.once("data", resolve));
    socket.write(Buffer.from([0x81, 0x85, 1, 2, 3, 4, ...[..."hello"].map((c, i) => c.charCodeAt(0) ^ ((i % 4) + 1))]));
    assert.deepEqual(await said, Buffer.from([0x81, 5, ...Buffer.from("hello")]));
    const ended = new Promise((resolve) => socket.once("close", resolve));
    token = await sandbox.rotatePreviewAuthToken();
    await ended; // what was opened with a former token

    await sandbox.hibernate();
    assert.equal((await visit(host, "/", bearer(first))).status, 401);
    assert.equal(await sandbox.isRunning(), false, "who is not let in wakes nothing");
    assert.equal((await visit(host, "/", bearer(token))).status, 502, "it is awake, and its programs are gone");
    assert.equal(await sandbox.isRunning(), true);

    const open = await Sandbox.create();
    sandboxes.push(open);
    assert.equal((await visit(open.getPreviewDomain(80), "/")).status, 404);
    await open.createPreviewURL({ port: 80 });
    assert.equal((await visit(open.getPreviewDomain(80), "/")).status, 502);
    assert.equal((await visit(open.getPreviewDomain(81), "/")).status, 404);
    await open.kill();
    assert.equal((await visit(open.getPreviewDomain(80), "/")).status, 404);
    await assert.rejects(open.createPreviewURL({ port: 80 }), /400/);
});
