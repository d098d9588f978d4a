package dev.sealbox.http;

import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.repeat.Claim;
import dev.sealbox.domain.repeat.GivenAnswer;
import dev.sealbox.domain.repeat.RepeatKey;
import dev.sealbox.domain.repeat.Repeats;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers in memory, for ever. */
final class FakeRepeats implements Repeats {
    private record Noted(String request, UUID creation) {}

    private final Map<String, Noted> noted = new ConcurrentHashMap<>();
    private final Map<String, GivenAnswer> given = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Claim> claim(Origin origin, RepeatKey key, byte[] request) {
        var fresh = new Noted(HexFormat.of().formatHex(request), UUID.randomUUID());
        var known = noted.computeIfAbsent(name(origin, key), name -> fresh);
        if (!known.request().equals(fresh.request())) {
            return CompletableFuture.completedFuture(new Claim.OtherRequest());
        }
        return CompletableFuture.completedFuture(Optional.ofNullable(given.get(name(origin, key)))
                .<Claim>map(Claim.Answered::new)
                .orElseGet(() -> new Claim.Open(known.creation())));
    }

    @Override
    public CompletionStage<GivenAnswer> remember(Origin origin, RepeatKey key, GivenAnswer answer) {
        return CompletableFuture.completedFuture(given.computeIfAbsent(name(origin, key), name -> answer));
    }

    private static String name(Origin origin, RepeatKey key) {
        return origin.organization() + " " + origin.keyId() + " " + key.value();
    }
}
