// The calls of the SDK that the story and the sessions have no use for, so that each of them is made by some test.
//
// OPENCOMPUTER_API_URL and OPENCOMPUTER_API_KEY say where the server is.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ExecTimeoutError, Sandbox, SecretStore } from "@opencomputer/sdk";

const store = await SecretStore.create({ name: "sdk-rows" });
const sandbox = await Sandbox.create({
    template: "base",
    timeout: 900,
    cpuCount: 1,
    memoryMB: 4096,
    diskMB: 20480,
    burst: false,
    metadata: { made: "by a test" },
    secretStore: "sdk-rows",
});
let fork;

after(async () => {
    await sandbox.kill();
    await fork?.kill();
    await SecretStore.delete(store.id).catch(() => {});
});

async function until(what, holds) {
    for (let attempt = 0; attempt < 1800; attempt++) {
        if (await holds()) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`never: ${what}`);
}

test("files of every kind", async () => {
    const { files } = sandbox;
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
    await files.write("dir/bytes", bytes);
    assert.deepEqual(await files.readBytes("dir/bytes"), bytes);
    const streamed = new ReadableStream({
        start(controller) {
            for (const piece of ["in ", "pieces"]) controller.enqueue(new TextEncoder().encode(piece));
            controller.close();
        },
    });
    await files.write("dir/streamed", streamed);
    assert.equal(await files.read("dir/streamed"), "in pieces");
    await files.write("dir/empty", "");
    assert.equal(await files.read("dir/empty"), "");
    await files.makeDir("dir/deep/er");
    await files.makeDir("dir/deep/er");
    const listed = await files.list("dir");
    assert.deepEqual(
        listed.map((entry) => [entry.name, entry.isDir, entry.isDir ? 0 : entry.size]),
        [["bytes", false, 70_000], ["deep", true, 0], ["empty", false, 0], ["streamed", false, 9]],
    );
    assert.equal(listed[0].path, "/home/sandbox/dir/bytes");
    assert.ok((await files.list()).some((entry) => entry.name === "home" && entry.isDir));
    assert.equal(await files.exists("dir/empty"), true);
    assert.equal(await files.exists("dir/deep"), false);
    await files.remove("dir");
    await files.remove("dir");
    assert.equal(await files.exists("dir/bytes"), false);
    await assert.rejects(files.read("dir/bytes"), /404/);
    await assert.rejects(files.readBytes("/home"));
    await assert.rejects(files.list("dir"), /404/);
});

test("a run's place, variables and time", async () => {
    const told = await sandbox.exec.run("pwd; echo $GIVEN", { cwd: "/tmp", env: { GIVEN: "given" } });
    assert.deepEqual([told.exitCode, told.stdout], [0, "/tmp\ngiven\n"]);
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 1500);
    const [late] = await Promise.all([
        sandbox.exec.run("sleep 60", { timeout: 1 }),
        assert.rejects(sandbox.exec.run("sleep 8; echo done", { timeoutMs: 3000 }), (failure) => {
            assert.ok(failure instanceof ExecTimeoutError && failure.execId);
            return true;
        }),
        assert.rejects(sandbox.exec.run("sleep 8", { signal: gone.signal })),
    ]);
    assert.deepEqual([late.exitCode, late.stderr], [-1, "\nProcess timed out"]);
    const session = await sandbox.exec.start("sleep", { args: ["100"], timeout: 100 });
    await session.kill(15);
    assert.equal(await session.done, -1);
});

test("patches, putting back, and a fork that takes its store along", async () => {
    await sandbox.files.write("kept", "before");
    const checkpoint = await sandbox.createCheckpoint("rows", { kind: "disk_only", promoteToFull: false });
    await until("a ready checkpoint", async () =>
        (await sandbox.listCheckpoints()).some((each) => each.id === checkpoint.id && each.status === "ready"),
    );
    await sandbox.files.write("kept", "after");
    await sandbox.restoreCheckpoint(checkpoint.id);
    assert.equal(await sandbox.files.read("kept"), "before");

    const made = await Sandbox.createCheckpointPatch(checkpoint.id, { script: "echo patched >~/patched" });
    assert.equal(made.patch.sequence, 1);
    assert.deepEqual((await Sandbox.listCheckpointPatches(checkpoint.id)).map((patch) => patch.id), [made.patch.id]);
    const top = await SecretStore.create({ name: "sdk-rows-top" });
    fork = await Sandbox.createFromCheckpoint(checkpoint.id, { timeout: 60, envs: { F: "f" }, secretStore: "sdk-rows-top" });
    assert.equal((await fork.exec.run("cat patched kept; echo $F")).stdout, "patched\nbeforef\n");
    await Sandbox.deleteCheckpointPatch(checkpoint.id, made.patch.id);
    await Sandbox.deleteCheckpointPatch(checkpoint.id, made.patch.id);
    await sandbox.deleteCheckpoint(checkpoint.id);
    await sandbox.deleteCheckpoint(checkpoint.id);
    assert.deepEqual(await sandbox.listCheckpoints(), []);
    await fork.kill({ deleteSecretStore: true });
    await assert.rejects(SecretStore.get(top.id), /404/);
});
