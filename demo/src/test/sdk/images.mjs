// Images and snapshots, with the published SDK as it comes from npm.
//
// OPENCOMPUTER_API_URL and OPENCOMPUTER_API_KEY say where the server is; RUN makes names of this run.
import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Sandbox } from "@opencomputer/sdk";
import { Image, Snapshots } from "@opencomputer/sdk/node";

const run = process.env.RUN;
const snapshots = new Snapshots();
const sandboxes = [];
const folder = mkdtempSync(join(tmpdir(), "sealbox-images-"));

after(async () => {
    for (const sandbox of sandboxes) await sandbox.kill();
    rmSync(folder, { recursive: true });
});

async function started(options) {
    const sandbox = await Sandbox.create(options);
    sandboxes.push(sandbox);
    return sandbox;
}

async function out(sandbox, command) {
    const result = await sandbox.exec.run(command);
    assert.equal(result.exitCode, 0, `${command}\n${result.stdout}\n${result.stderr}`);
    return result.stdout;
}

mkdirSync(join(folder, "sub"));
writeFileSync(join(folder, "tool"), "#!/bin/sh\necho from the tool\n");
writeFileSync(join(folder, "sub", "größe; $(x)"), Buffer.from([0, 255, 10]));

const image = Image.base()
    .runCommands("mkdir made", "cd made", "echo $$ >pid")
    .env({ GREETING: "hällo", RUN: run })
    .workdir("/workspace/a b")
    .runCommands('pwd >where; echo "$GREETING" >said')
    .addFile("/workspace/config.json", '{"ü": "😀"}')
    .addLocalDir(folder, "/opt/dir");

test("an image becomes a sandbox, and a snapshot under the hash that the SDK computes", async () => {
    const lines = [];
    const snapshot = await snapshots.create({ name: `sdk ${run}/`.replace("/", ""), image, onBuildLogs: (line) => lines.push(line) });
    assert.equal(snapshot.status, "ready");
    assert.equal(snapshot.contentHash, image.cacheKey());
    assert.ok(lines.some((line) => line.includes("Step 1: run")), lines.join("\n"));

    const cached = [];
    const sandbox = await started({ image, onBuildLog: (line) => cached.push(line), envs: { RUN: "own" } });
    assert.equal(sandbox.status, "running");
    assert.ok(!cached.some((line) => line.includes("Step 1")), cached.join("\n"));
    assert.equal(await out(sandbox, "pwd; echo $GREETING $RUN; cat where said"), "/workspace/a b\nhällo own\n/workspace/a b\nhällo\n");
    assert.equal(await out(sandbox, "cat /workspace/config.json && /opt/dir/tool"), '{"ü": "😀"}from the tool\n');
    assert.equal(await out(sandbox, 'od -An -tx1 "/opt/dir/sub/größe; \\$(x)"'), " 00 ff 0a\n");
    assert.equal(await out(sandbox, "stat -c %U:%a /opt/dir/tool '/workspace/a b'"), "root:755\nsandbox:755\n");

    const named = await started({ snapshot: `sdk ${run}` });
    assert.equal(await out(named, "echo $GREETING"), "hällo\n");
    assert.ok((await snapshots.list()).some((each) => each.name === `sdk ${run}`));
    assert.equal((await snapshots.get(`sdk ${run}`)).status, "ready");
    await assert.rejects(snapshots.create({ name: `sdk ${run}`, image }), /409/);
    await snapshots.delete(`sdk ${run}`);
    await snapshots.delete(`sdk ${run}`);
    assert.equal(await out(named, "echo still here"), "still here\n");
    await assert.rejects(Sandbox.create({ snapshot: `sdk ${run}` }), /Build failed: snapshot not found/);
});

test("a failing step is told with its number, its type and what it said", async () => {
    const broken = Image.base().runCommands("true").runCommands("echo no such luck >&2; exit 3");
    await assert.rejects(Sandbox.create({ image: broken }), /Build failed: step 2 \(run\) failed: exit code 3: no such luck/);
    await assert.rejects(snapshots.create({ name: `bad ${run}`, image: broken }), /step 2/);
    await assert.rejects(snapshots.waitUntilReady(`bad ${run}`), /build failed/);
    const better = await snapshots.create({ name: `bad ${run}`, image: Image.base().runCommands("true") });
    assert.equal(better.status, "ready");
});

test("what cannot be is refused before anything is built", async () => {
    await assert.rejects(Sandbox.create({ image: Image.base().addFile("relative", "x") }), /400.*image step 1: path must be absolute/);
    await assert.rejects(Sandbox.create({ image: Image.base().addFile("/a/../../etc/passwd", "x") }), /400/);
    await assert.rejects(Sandbox.create({ image: Image.base().aptInstall(["--help"]) }), /400/);
});
