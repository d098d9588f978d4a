package dev.sealbox.persistence.keys;

import dev.sealbox.domain.keys.MasterKeyStatus;
import dev.sealbox.domain.keys.MasterKeyStatus.Phase;
import dev.sealbox.domain.keys.MasterKeyStatus.Progress;
import dev.sealbox.domain.keys.MasterKeyStatus.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** How much each master key wraps. */
record KeyCounts(MasterKeys masters) {

    private record Count(long dataKeys, long others) {
        private static final Count NONE = new Count(0, 0);

        private Count plus(Count more) {
            return new Count(dataKeys + more.dataKeys, others + more.others);
        }
    }

    MasterKeyStatus status(Connection connection) throws SQLException {
        var ring = masters.ring();
        var counts = counts(connection);
        var retired = retired(connection);
        var ids = new TreeSet<>(counts.keySet());
        ids.addAll(ring.ids().keySet());
        ids.addAll(retired);
        var keys = ids.stream()
                .map(id -> key(id, ring, retired, counts.getOrDefault(id, Count.NONE)))
                .sorted(Comparator.comparing(MasterKeyStatus.Key::primary)
                        .reversed()
                        .thenComparingLong(MasterKeyStatus.Key::id))
                .toList();
        return new MasterKeyStatus(ring.primary(), keys, progress(connection, ring.primary()));
    }

    private static MasterKeyStatus.Key key(long id, KeyRing ring, Set<Long> retired, Count count) {
        return new MasterKeyStatus.Key(
                id, id == ring.primary(), state(id, ring, retired), count.dataKeys(), count.others());
    }

    private static State state(long id, KeyRing ring, Set<Long> retired) {
        if (retired.contains(id)) {
            return State.RETIRED;
        }
        var enabled = ring.ids().get(id);
        return enabled == null ? State.MISSING : enabled ? State.ENABLED : State.DISABLED;
    }

    private static Progress progress(Connection connection, long primary) throws SQLException {
        var row = RotationRow.read(connection, primary);
        // Keys that came from elsewhere with another primary are not to be used before somebody rotates.
        var remaining = row.target() == primary ? Rewrapping.remaining(connection, primary) : 0;
        var running = row.requested() || (row.started() && remaining > row.unopenable());
        var phase = running ? Phase.RUNNING : row.started() ? Phase.DONE : Phase.NEVER;
        // What a node wrapped by an older key meanwhile adds to what was there at the beginning.
        var total = Math.max(row.total(), row.started() ? remaining : 0);
        return new Progress(phase, row.started() ? total - remaining : 0, total, row.unopenable());
    }

    private static Map<Long, Count> counts(Connection connection) throws SQLException {
        var counts = new TreeMap<Long, Count>();
        for (var kind : Wrapped.values()) {
            try (var query = connection.prepareStatement(kind.countByPrefix());
                    var rows = query.executeQuery()) {
                while (rows.next()) {
                    var count = rows.getLong(2);
                    counts.merge(
                            KeyRing.id(rows.getBytes(1)),
                            kind == Wrapped.DATA_KEY ? new Count(count, 0) : new Count(0, count),
                            Count::plus);
                }
            }
        }
        return counts;
    }

    private static Set<Long> retired(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("SELECT prefix FROM retired_master_key");
                var rows = query.executeQuery()) {
            var ids = new HashSet<Long>();
            while (rows.next()) {
                ids.add(KeyRing.id(rows.getBytes(1)));
            }
            return ids;
        }
    }
}
