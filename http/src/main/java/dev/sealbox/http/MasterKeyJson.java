package dev.sealbox.http;

import dev.sealbox.domain.keys.MasterKeyStatus;
import java.util.List;
import java.util.Locale;

/** Master keys as their operators see them: ids and counts. */
record MasterKeyJson(long primary, List<Key> keys, Rotation rotation) {

    record Key(long id, boolean primary, String state, long dataKeys, long otherKeys) {}

    record Rotation(String state, long done, long total, long unopenable) {}

    static MasterKeyJson of(MasterKeyStatus status) {
        var progress = status.rotation();
        return new MasterKeyJson(
                status.primary(),
                status.keys().stream()
                        .map(key -> new Key(key.id(), key.primary(), word(key.state()), key.dataKeys(), key.others()))
                        .toList(),
                new Rotation(word(progress.phase()), progress.done(), progress.total(), progress.unopenable()));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
