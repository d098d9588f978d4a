// Checkpoints, forks, restores and patches, with the published SDK as it comes from npm.
//
// OPENCOMPUTER_API_URL and OPENCOMPUTER_API_KEY say where the server is; RUN makes names of this run.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Sandbox, SecretStore } from "@opencomputer/sdk";
import { Image, Snapshots } from "@opencomputer/sdk/node";

const run = process.env.RUN;
const sandboxes = [];
const stores = [];

after(async () => {
    for (const sandbox of sandboxes) await sandbox.kill();
    for (const store of stores) await SecretStore.delete(store.id);
});

function kept(sandbox) {
    sandboxes.push(sandbox);
    return sandbox;
}

async function store(name, host) {
    const made = await SecretStore.create({ name: `${name} ${run}`, egressAllowlist: [host] });
    stores.push(made);
    await SecretStore.setSecret(made.id, "KEY", `real-${name}-${run}`);
    return `${name} ${run}`;
}

async function out(sandbox, command) {
    const result = await sandbox.exec.run(command);
    assert.equal(result.exitCode, 0, `${command}\n${result.stdout}\n${result.stderr}`);
    return result.stdout.trim();
}

async function ready(sandbox, name, options) {
    const checkpoint = await sandbox.createCheckpoint(name, options);
    for (let attempt = 0; attempt < 1800; attempt++) {
        const found = (await sandbox.listCheckpoints()).find((each) => each.id === checkpoint.id);
        if (found.status === "ready") return found;
        assert.equal(found.status, "processing");
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return assert.fail("the checkpoint is still processing");
}

test("checkpoints are restored, forked, patched and give way", async () => {
    const parent = await store("parent", "api.example.test");
    const own = await store("own", "logs.example.test");
    const sandbox = kept(await Sandbox.create({ secretStore: parent, envs: { A: "a", B: "b" } }));
    await sandbox.files.write("/home/sandbox/note", "before");
    const first = await ready(sandbox, "first");
    assert.deepEqual([first.sandboxId, first.name, first.kind], [sandbox.sandboxId, "first", "full"]);
    await assert.rejects(sandbox.createCheckpoint("first"), /409/);

    await sandbox.files.write("/home/sandbox/note", "after");
    await sandbox.restoreCheckpoint(first.id);
    assert.equal(await sandbox.files.read("/home/sandbox/note"), "before");

    const patch = await Sandbox.createCheckpointPatch(first.id, { script: "echo one >>order; echo $KEY >>order", description: "the first" });
    await Sandbox.createCheckpointPatch(first.id, { script: "exit 9" });
    const listed = await Sandbox.listCheckpointPatches(first.id);
    assert.deepEqual(listed.map((each) => [each.sequence, each.description]), [[1, "the first"], [2, ""]]);
    const fork = kept(await Sandbox.createFromCheckpoint(first.id, { secretStore: own, envs: { B: "mine" }, timeout: 600 }));
    assert.equal(fork.status, "running");
    assert.equal(await out(fork, "cat note; echo; echo $A $B"), "before\na mine");
    const token = await out(fork, "echo $KEY");
    assert.equal(await out(fork, "cat order"), `one\n${token}`);
    const told = await fetch(`${process.env.OPENCOMPUTER_API_URL}/api/sandboxes/${fork.sandboxId}`, {
        headers: { "X-API-Key": process.env.OPENCOMPUTER_API_KEY },
    });
    assert.match((await told.json()).patchError, /patch 2 ended with 9/);
    await Sandbox.deleteCheckpointPatch(first.id, (patch.patch ?? patch).id);
    await Sandbox.deleteCheckpointPatch(first.id, (patch.patch ?? patch).id);
    assert.deepEqual((await Sandbox.listCheckpointPatches(first.id)).map((each) => each.sequence), [2]);

    const policy = { mode: "delete_oldest", maxCount: 2 };
    await ready(sandbox, "disk one", { kind: "disk_only" });
    await ready(sandbox, "disk two", { kind: "disk_only", retentionPolicy: policy });
    await ready(sandbox, "disk three", { kind: "disk_only", retentionPolicy: policy });
    assert.deepEqual(
        (await sandbox.listCheckpoints()).map((each) => each.name),
        ["disk three", "disk two", "first"],
    );
    await assert.rejects(sandbox.createCheckpoint("second", { retentionPolicy: { mode: "delete_oldest", maxCount: 1 } }), /400/);

    await sandbox.deleteCheckpoint(first.id);
    await sandbox.deleteCheckpoint(first.id);
    assert.equal(await out(fork, "cat note"), "before", "a fork outlives its checkpoint");
    await assert.rejects(Sandbox.createFromCheckpoint(first.id), /404/);
});

test("a snapshot's checkpoint is forked and patched as any other", async () => {
    const snapshots = new Snapshots();
    const made = await snapshots.create({ name: `branch ${run}`, image: Image.base().runCommands("echo made >/tmp/made") });
    await Sandbox.createCheckpointPatch(made.checkpointId, { script: "echo patched >>/tmp/made" });
    const named = kept(await Sandbox.create({ snapshot: `branch ${run}` }));
    assert.equal(await out(named, "cat /tmp/made"), "made\npatched");
    const fork = kept(await Sandbox.createFromCheckpoint(made.checkpointId));
    assert.equal(await out(fork, "cat /tmp/made"), "made\npatched");
    await snapshots.delete(`branch ${run}`);
    await assert.rejects(Sandbox.createFromCheckpoint(made.checkpointId), /404/);
});
