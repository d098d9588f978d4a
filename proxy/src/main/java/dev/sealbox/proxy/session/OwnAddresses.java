package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.sandbox.Gateway;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The invented addresses by which one sandbox dials hosts directly, each of one name. A name has the same one as long as
 * it is asked for or dialled within {@link #KEPT}, and after that most likely too: it is drawn from the name itself.
 * Thread-safe.
 */
public final class OwnAddresses {
    /** Names at once; the one that was used least lately makes room. */
    static final int MOST = 1024;

    /** Some programs ask for a name once and dial its address for days. */
    static final Duration KEPT = Duration.ofHours(24);

    private static final int FIRST = Gateway.INVENTED_FIRST + 256;
    private static final int SIZE = Gateway.INVENTED_SIZE - 512;

    private final Map<HostName, Entry> byName = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Integer, HostName> byOffset = new HashMap<>();
    private final LongSupplier clock;

    private record Entry(int offset, long used) {}

    OwnAddresses() {
        this(System::nanoTime);
    }

    /** @param clock in nanoseconds */
    OwnAddresses(LongSupplier clock) {
        this.clock = clock;
    }

    /** The address of that name, from now on if it had none. */
    public synchronized InetAddress of(HostName name) {
        forgetUnused();
        var known = byName.get(name);
        int offset = known == null ? free(name) : known.offset();
        byName.put(name, new Entry(offset, clock.getAsLong()));
        byOffset.put(offset, name);
        if (byName.size() > MOST) {
            remove(byName.entrySet().iterator().next());
        }
        return address(FIRST + offset);
    }

    /** The name that has that address; null when none has it. */
    public synchronized @Nullable HostName at(InetAddress address) {
        forgetUnused();
        var name = byOffset.get(number(address) - FIRST);
        if (name != null) {
            byName.computeIfPresent(name, (same, entry) -> new Entry(entry.offset(), clock.getAsLong()));
        }
        return name;
    }

    private int free(HostName name) {
        int offset = Math.floorMod(name.value().hashCode() * 0x9E3779B9, SIZE);
        while (byOffset.containsKey(offset)) {
            offset = (offset + 1) % SIZE;
        }
        return offset;
    }

    private void forgetUnused() {
        long limit = clock.getAsLong() - KEPT.toNanos();
        while (!byName.isEmpty()) {
            var eldest = byName.entrySet().iterator().next();
            if (eldest.getValue().used() - limit >= 0) {
                return;
            }
            remove(eldest);
        }
    }

    private void remove(Map.Entry<HostName, Entry> gone) {
        byOffset.remove(gone.getValue().offset());
        byName.remove(gone.getKey());
    }

    private static InetAddress address(int number) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {(byte) (number >>> 24), (byte) (number >>> 16), (byte) (number >>> 8), (byte) number});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int number(InetAddress address) {
        int number = 0;
        for (byte octet : address.getAddress()) {
            number = number << 8 | (octet & 0xff);
        }
        return number;
    }
}
