package dev.sealbox.domain.organization;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.OrganizationCommand.AdmitSandbox;
import dev.sealbox.domain.organization.OrganizationCommand.ReleaseName;
import dev.sealbox.domain.organization.OrganizationCommand.ReleaseSandbox;
import dev.sealbox.domain.organization.OrganizationCommand.ReserveName;
import dev.sealbox.domain.organization.OrganizationCommand.ResumeSandbox;
import dev.sealbox.domain.organization.OrganizationCommand.SuspendSandbox;
import dev.sealbox.domain.organization.OrganizationEvent.NameReleased;
import dev.sealbox.domain.organization.OrganizationEvent.NameReserved;
import dev.sealbox.domain.organization.OrganizationEvent.SandboxAdmitted;
import dev.sealbox.domain.organization.OrganizationEvent.SandboxReleased;
import dev.sealbox.domain.organization.OrganizationEvent.SandboxResumed;
import dev.sealbox.domain.organization.OrganizationEvent.SandboxSuspended;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OrganizationTest {
    private static final StoreName NAME = new StoreName("creds");
    private static final StoreId STORE = new StoreId(new UUID(1, 1));
    private static final StoreId OTHER = new StoreId(new UUID(1, 2));
    private static final int LIMIT = 1000;
    private static final SandboxId SANDBOX = new SandboxId("sb-0000000000000001");

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static Organization given(OrganizationEvent... history) {
        var organization = Organization.EMPTY;
        for (var event : history) {
            organization = organization.apply(
                    new Recorded<>(event, Origin.system(new OrganizationId("default")), Instant.EPOCH));
        }
        return organization;
    }

    @Test
    void givesANameToOneStoreOnly() {
        assertThat(given().decide(new ReserveName(NAME, STORE, LIMIT), NOW))
                .isEqualTo(accept(new NameReserved(NAME, STORE)));

        var taken = given(new NameReserved(NAME, STORE));
        assertThat(taken.decide(new ReserveName(NAME, STORE, LIMIT), NOW)).isEqualTo(accept());
        assertThat(taken.decide(new ReserveName(NAME, OTHER, LIMIT), NOW))
                .isEqualTo(refuse(new OrganizationRefusal.NameTaken(NAME)));
        assertThat(taken.decide(new ReleaseName(NAME, OTHER), NOW)).isEqualTo(accept());
        assertThat(taken.decide(new ReleaseName(NAME, STORE), NOW)).isEqualTo(accept(new NameReleased(NAME, STORE)));

        var free = given(new NameReserved(NAME, STORE), new NameReleased(NAME, STORE));
        assertThat(free.decide(new ReserveName(NAME, OTHER, LIMIT), NOW))
                .isEqualTo(accept(new NameReserved(NAME, OTHER)));
    }

    @Test
    void hasNoMoreStoresThanTheLimitSays() {
        var full = given(IntStream.range(0, LIMIT)
                .mapToObj(i -> new NameReserved(new StoreName("s" + i), new StoreId(new UUID(2, i))))
                .toArray(OrganizationEvent[]::new));

        assertThat(full.decide(new ReserveName(NAME, STORE, LIMIT), NOW))
                .isEqualTo(refuse(new OrganizationRefusal.TooManyStores(1000)));
    }

    @Test
    void listsNamesInTheirOrderBehindAnother() {
        var several = given(Stream.of("b", "d", "B", "c", "a")
                .map(name -> new NameReserved(new StoreName(name), STORE))
                .toArray(OrganizationEvent[]::new));

        assertThat(several.namesAfter(Optional.empty(), 3).keySet())
                .extracting(StoreName::value)
                .containsExactly("B", "a", "b");
        assertThat(several.namesAfter(Optional.of(new StoreName("bb")), 3).keySet())
                .extracting(StoreName::value)
                .containsExactly("c", "d");
        assertThat(several.namesAfter(Optional.of(new StoreName("d")), 3)).isEmpty();
    }

    @Test
    void admitsAsManySandboxesAsTheLimitSays() {
        var one = given(new SandboxAdmitted(SANDBOX));

        assertThat(given().decide(new AdmitSandbox(SANDBOX, 1), NOW)).isEqualTo(accept(new SandboxAdmitted(SANDBOX)));
        assertThat(one.decide(new AdmitSandbox(SANDBOX, 1), NOW)).isEqualTo(accept());
        assertThat(one.decide(new AdmitSandbox(new SandboxId("sb-0000000000000002"), 1), NOW))
                .isEqualTo(refuse(new OrganizationRefusal.TooManySandboxes(1, 1)));
        assertThat(one.decide(new ReleaseSandbox(SANDBOX), NOW)).isEqualTo(accept(new SandboxReleased(SANDBOX)));
        assertThat(given().decide(new ReleaseSandbox(SANDBOX), NOW)).isEqualTo(accept());
        assertThat(given(new SandboxAdmitted(SANDBOX), new SandboxReleased(SANDBOX))
                        .sandboxes())
                .isEmpty();
    }

    @Test
    void doesNotCountSandboxesThatSleep() {
        var other = new SandboxId("sb-0000000000000002");
        var one = given(new SandboxAdmitted(SANDBOX));
        assertThat(one.decide(new SuspendSandbox(SANDBOX), NOW)).isEqualTo(accept(new SandboxSuspended(SANDBOX)));
        assertThat(given().decide(new SuspendSandbox(SANDBOX), NOW)).isEqualTo(accept());

        var asleep = given(new SandboxAdmitted(SANDBOX), new SandboxSuspended(SANDBOX));
        assertThat(asleep.decide(new SuspendSandbox(SANDBOX), NOW)).isEqualTo(accept());
        assertThat(asleep.sandboxes()).containsKey(SANDBOX);
        assertThat(asleep.decide(new AdmitSandbox(other, 1), NOW)).isEqualTo(accept(new SandboxAdmitted(other)));
        assertThat(asleep.decide(new ResumeSandbox(SANDBOX, 1), NOW)).isEqualTo(accept(new SandboxResumed(SANDBOX)));

        var full = given(new SandboxAdmitted(SANDBOX), new SandboxSuspended(SANDBOX), new SandboxAdmitted(other));
        assertThat(full.decide(new ResumeSandbox(SANDBOX, 1), NOW))
                .isEqualTo(refuse(new OrganizationRefusal.TooManySandboxes(1, 1)));
        assertThat(given(new SandboxAdmitted(SANDBOX), new SandboxSuspended(SANDBOX), new SandboxReleased(SANDBOX)))
                .isEqualTo(given());
    }
}
