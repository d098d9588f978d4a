package dev.sealbox.persistence.entity;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.entity.Acknowledged.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * How a store's changes travel to the sandboxes that are bound to it. Of many changes in a row each sandbox is told the
 * latest: at most {@link #UNDER_WAY} messages are on their way to it, and when it has answered one it is told what the
 * store is by then. So a tight loop of changes neither piles up nor loses the last. Belongs to the store's entity.
 */
final class Pushes {
    /** One that may hang because its host does, and one that overtakes it. */
    static final int UNDER_WAY = 2;

    private final BiConsumer<SandboxId, StoreView> sender;
    private final Map<SandboxId, Peer> peers = new HashMap<>();
    private final Map<Long, Round> rounds = new HashMap<>();
    private final Set<SandboxId> behind = new HashSet<>();
    private final Set<SandboxId> strangers = new HashSet<>();
    private long lastRound;

    /** What is on its way to one sandbox. */
    private static final class Peer {
        private long sent;
        private int underWay;
    }

    /** A change on its way to all, and who waits for it. */
    static final class Round {
        private final long revision;
        private final Set<KeyId> condemned;
        private final Optional<StoreMessage.Asker> asker;
        private final Set<SandboxId> open;
        private final Set<SandboxId> taken = new HashSet<>();
        private final List<SandboxId> lagging = new ArrayList<>();

        private Round(long revision, Set<KeyId> condemned, Optional<StoreMessage.Asker> asker, Set<SandboxId> targets) {
            this.revision = revision;
            this.condemned = condemned;
            this.asker = asker;
            this.open = new HashSet<>(targets);
        }

        /** The keys that nobody needs once this round is over. */
        Set<KeyId> condemned() {
            return condemned;
        }

        Optional<StoreMessage.Asker> asker() {
            return asker;
        }

        Set<SandboxId> taken() {
            return taken;
        }

        Refreshed refreshed() {
            return new Refreshed(
                    taken.size(),
                    lagging.stream()
                            .sorted((a, b) -> a.value().compareTo(b.value()))
                            .toList());
        }
    }

    /** {@code sender} tells a sandbox; each call is followed by one {@link #answered}. */
    Pushes(BiConsumer<SandboxId, StoreView> sender) {
        this.sender = sender;
    }

    /**
     * Tells {@code targets} of the store as it is now.
     *
     * @param condemned the keys to be destroyed afterwards
     * @return the number of the round, for {@link #due}
     */
    long begin(StoreView now, Set<SandboxId> targets, Set<KeyId> condemned, Optional<StoreMessage.Asker> asker) {
        lastRound++;
        rounds.put(lastRound, new Round(now.revision(), condemned, asker, targets));
        targets.forEach(sandbox -> tell(sandbox, now));
        return lastRound;
    }

    private void tell(SandboxId sandbox, StoreView now) {
        var peer = peers.computeIfAbsent(sandbox, fresh -> new Peer());
        if (peer.sent < now.revision() && peer.underWay < UNDER_WAY) {
            peer.sent = now.revision();
            peer.underWay++;
            sender.accept(sandbox, now);
        }
    }

    /**
     * A sandbox has answered, or has not in time.
     *
     * @param revision what it was told
     * @param now the store as it is by now, which it is told if it has not been yet
     * @return the rounds that are over with this
     */
    List<Round> answered(SandboxId sandbox, long revision, Answer answer, StoreView now) {
        var peer = peers.computeIfAbsent(sandbox, fresh -> new Peer());
        peer.underWay--;
        boolean newerFollows = peer.sent < now.revision() || (peer.underWay > 0 && peer.sent > revision);
        rounds.values().stream().filter(round -> round.open.contains(sandbox)).forEach(round -> {
            switch (answer) {
                case TAKEN -> {
                    if (round.revision <= revision) {
                        round.open.remove(sandbox);
                        round.taken.add(sandbox);
                    }
                }
                case NOT_MINE -> round.open.remove(sandbox);
                case LATER -> {
                    if (!newerFollows && round.revision <= revision) {
                        round.open.remove(sandbox);
                        round.lagging.add(sandbox);
                    }
                }
            }
        });
        note(sandbox, revision, answer, now);
        return over();
    }

    private void note(SandboxId sandbox, long revision, Answer answer, StoreView now) {
        switch (answer) {
            case TAKEN -> {
                if (revision >= now.revision()) {
                    behind.remove(sandbox);
                }
            }
            case LATER -> behind.add(sandbox);
            case NOT_MINE -> {
                behind.remove(sandbox);
                strangers.add(sandbox);
            }
        }
        var peer = peers.get(sandbox);
        if (answer != Answer.NOT_MINE && waitedFor(sandbox)) {
            tell(sandbox, now);
        }
        if (peer != null && peer.underWay == 0) {
            peers.remove(sandbox);
        }
    }

    private boolean waitedFor(SandboxId sandbox) {
        return rounds.values().stream().anyMatch(round -> round.open.contains(sandbox));
    }

    private List<Round> over() {
        var over = rounds.entrySet().stream()
                .filter(round -> round.getValue().open.isEmpty())
                .toList();
        over.forEach(round -> rounds.remove(round.getKey()));
        return over.stream().map(Map.Entry::getValue).toList();
    }

    /** The time of a round is over: who has not answered lags. Empty when it was over before. */
    List<Round> due(long number) {
        var round = rounds.get(number);
        if (round != null) {
            round.lagging.addAll(round.open);
            behind.addAll(round.open);
            round.open.clear();
        }
        return over();
    }

    /** Whether somebody is told, or to be told again. */
    boolean underWay() {
        return !rounds.isEmpty() || !behind.isEmpty();
    }

    /** The sandboxes that do not have the latest yet, and are to be told again. */
    Set<SandboxId> behind() {
        return Set.copyOf(behind);
    }

    /** Those who have said that they are not bound, since the last call. */
    Set<SandboxId> strangers() {
        var found = Set.copyOf(strangers);
        strangers.clear();
        return found;
    }
}
