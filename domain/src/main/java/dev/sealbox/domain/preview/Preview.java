package dev.sealbox.domain.preview;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a sandbox can be reached from outside.
 *
 * @param urls oldest first, one for a port, at most {@value #MOST}
 * @param guard of the token without which nobody is let in; empty for a sandbox that asks for none
 */
public record Preview(List<PreviewUrl> urls, Optional<PreviewHash> guard) {
    /** Ports that one sandbox may expose: a proposal, the contract names no limit. */
    public static final int MOST = 100;

    public static final Preview NONE = new Preview(List.of(), Optional.empty());

    public Preview {
        urls = List.copyOf(urls);
    }

    public Optional<PreviewUrl> at(PreviewPort port) {
        return urls.stream().filter(url -> url.port().equals(port)).findFirst();
    }

    public Preview with(PreviewUrl url) {
        var after = new ArrayList<>(urls);
        after.add(url);
        return new Preview(after, guard);
    }

    public Preview without(PreviewPort port) {
        return new Preview(urls.stream().filter(url -> !url.port().equals(port)).toList(), guard);
    }

    public Preview guardedBy(PreviewHash token) {
        return new Preview(urls, Optional.of(token));
    }

    /**
     * Why a visitor is not let in; empty when it is. Where a token is asked for it opens every port, as one who has it may
     * know; without one only what was exposed is open.
     */
    public Optional<PreviewRefusal> barrier(Visit visit) {
        return guard.map(hash -> visit.presented().stream().anyMatch(hash::isOf)
                        ? Optional.<PreviewRefusal>empty()
                        : Optional.<PreviewRefusal>of(
                                new PreviewRefusal.NotLetIn(!visit.presented().isEmpty())))
                .orElseGet(() -> visit.everyPort() || at(visit.port()).isPresent()
                        ? Optional.empty()
                        : Optional.of(new PreviewRefusal.NoPreview()));
    }
}
