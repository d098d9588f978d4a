// Sessions, the shell helper and terminals, through the published SDK as it comes from npm.
//
// OPENCOMPUTER_API_URL and OPENCOMPUTER_API_KEY say where the server is.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Sandbox, SecretStore } from "@opencomputer/sdk";

const decoder = new TextDecoder();
const store = await SecretStore.create({ name: "sdk-sessions", egressAllowlist: ["api.example.test"] });
await SecretStore.setSecret(store.id, "API_KEY", "real-sessions-value-0123456789");
const sandbox = await Sandbox.create({ secretStore: "sdk-sessions", envs: { PLAIN: "yes" } });

after(async () => {
    await sandbox.kill();
    await SecretStore.delete(store.id);
});

const text = (data) => (typeof data === "string" ? data : decoder.decode(data, { stream: true }));

async function until(what, holds) {
    for (let attempt = 0; attempt < 3600; attempt++) {
        if (await holds()) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.fail(`never: ${what}`);
}

/** Callbacks that note what they are called with. */
function ears() {
    const heard = { out: "", err: "", seams: 0, exit: undefined };
    return {
        heard,
        onStdout: (data) => (heard.out += text(data)),
        onStderr: (data) => (heard.err += text(data)),
        onExit: (code) => (heard.exit = code),
        onScrollbackEnd: () => heard.seams++,
    };
}

test("exec.start tells both outputs and the exit code", async () => {
    const { heard, ...callbacks } = ears();
    const session = await sandbox.exec.start("sh", {
        args: ["-c", "echo out; echo err >&2; read line; echo got $line $EXTRA $PLAIN; exit 7"],
        env: { EXTRA: "more" },
        cwd: "/tmp",
        ...callbacks,
    });
    session.sendStdin("it\n");
    assert.equal(await session.done, 7);
    assert.deepEqual(heard, { out: "out\ngot it more yes\n", err: "err\n", seams: 1, exit: 7 });
});

test("a command line with white space is one for the shell", async () => {
    const { heard, ...callbacks } = ears();
    assert.equal(await (await sandbox.exec.start("echo $API_KEY | cut -c1-11", callbacks)).done, 0);
    assert.equal(heard.out, "osb_sealed_\n");
});

test("background, list, attach and kill", async () => {
    const background = await sandbox.exec.background("sh", {
        args: ["-c", "echo begun; while :; do sleep 0.1; done"],
    });
    const { heard, ...callbacks } = ears();
    const attached = await sandbox.exec.attach(background.sessionId, callbacks);
    await until("output", () => heard.out === "begun\n" && heard.seams === 1);
    const listed = (await sandbox.exec.list()).find((each) => each.sessionID === background.sessionId);
    assert.equal(listed.running, true);
    assert.equal(listed.attachedClients, 2);
    assert.equal(listed.command, "sh");
    await sandbox.exec.kill(background.sessionId);
    assert.equal(await attached.done, -1);
    assert.equal(await background.done, -1);
    await until("the end", async () => {
        const ended = (await sandbox.exec.list()).find((each) => each.sessionID === background.sessionId);
        return !ended.running && ended.exitCode === -1 && ended.attachedClients === 0;
    });
    const { heard: lately, ...lateCallbacks } = ears();
    assert.equal(await (await sandbox.exec.attach(background.sessionId, lateCallbacks)).done, -1);
    assert.deepEqual(lately, { out: "begun\n", err: "", seams: 1, exit: -1 });
    await sandbox.exec.kill(background.sessionId, 15);
    await assert.rejects(sandbox.exec.attach("00000000-0000-0000-0000-000000000000"));
});

test("a session ends some time after its last client left", async () => {
    const session = await sandbox.exec.start("sleep", { args: ["1000"], maxRunAfterDisconnect: 1 });
    session.close();
    await until("the end", async () =>
        (await sandbox.exec.list()).some((each) => each.sessionID === session.sessionId && !each.running),
    );
});

test("much output arrives whole", async () => {
    let length = 0;
    const session = await sandbox.exec.start("head", {
        args: ["-c", "50000000", "/dev/zero"],
        onStdout: (data) => (length += data.length),
    });
    assert.equal(await session.done, 0);
    assert.equal(length, 50_000_000);
});

test("the shell keeps its state, its streams apart, and its session", async () => {
    const shell = await sandbox.exec.shell({ cwd: "/tmp", env: { GIVEN: "given" } });
    assert.equal((await shell.run("cd /usr && export X=kept")).exitCode, 0);
    const told = await shell.run("pwd; echo $X $GIVEN; echo apart >&2; false");
    assert.deepEqual([told.stdout, told.stderr, told.exitCode], ["/usr\nkept given\n", "apart\n", 1]);
    for (let each = 0; each < 100; each++) {
        const result = await shell.run(`echo ${each}; echo e${each} >&2; (exit ${each})`);
        assert.deepEqual([result.stdout, result.stderr, result.exitCode], [`${each}\n`, `e${each}\n`, each]);
    }
    const large = "x".repeat(200_000);
    assert.equal((await shell.run(`echo '${large}' | wc -c`)).stdout.trim(), "200001");

    const again = await sandbox.exec.reattachShell(shell.sessionId);
    assert.equal((await again.run("echo $X")).stdout, "kept\n");
    await again.close();
});

test("a terminal", async () => {
    let seen = "";
    const terminal = await sandbox.pty.create({ cols: 101, rows: 31, onOutput: (data) => (seen += text(data)) });
    // The SDK gives the terminal out before its connection is open.
    await until("a prompt", () => seen.length > 0);
    terminal.send("stty size; echo $TERM $PLAIN ${API_KEY%_*}\n");
    await until("the size", () => seen.includes("31 101\r\n") && seen.includes("xterm-256color yes osb_sealed\r\n"));
    terminal.send(new TextEncoder().encode("echo by''tes\n"));
    await until("bytes", () => seen.includes("bytes\r\n"));
    const resized = await fetch(
        `${process.env.OPENCOMPUTER_API_URL}/api/sandboxes/${sandbox.sandboxId}/pty/${terminal.sessionId}/resize`,
        {
            method: "POST",
            headers: { "X-API-Key": process.env.OPENCOMPUTER_API_KEY, "Content-Type": "application/json" },
            body: JSON.stringify({ cols: 140, rows: 50 }),
        },
    );
    assert.equal(resized.status, 200);
    terminal.send("stty size\n");
    await until("the new size", () => seen.includes("50 140\r\n"));
    terminal.close();
});
