package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.storage.SandboxRecord.Base;

/**
 * What a layer is: the files that one sandbox had changed when it was checkpointed.
 *
 * @param sandbox where it was taken
 * @param base what it stands on
 * @param size bytes on disk
 */
record LayerRecord(String sandbox, Base base, long size) {}
