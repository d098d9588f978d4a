package dev.sealbox.domain.organization;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.OrganizationCommand.AdmitSandbox;
import dev.sealbox.domain.organization.OrganizationCommand.CreateOrganization;
import dev.sealbox.domain.organization.OrganizationCommand.IssueApiKey;
import dev.sealbox.domain.organization.OrganizationCommand.NoteWebhook;
import dev.sealbox.domain.organization.OrganizationCommand.NoteWebhookDeleted;
import dev.sealbox.domain.organization.OrganizationCommand.ReleaseName;
import dev.sealbox.domain.organization.OrganizationCommand.ReleaseSandbox;
import dev.sealbox.domain.organization.OrganizationCommand.ReserveName;
import dev.sealbox.domain.organization.OrganizationCommand.ResumeSandbox;
import dev.sealbox.domain.organization.OrganizationCommand.RevokeApiKey;
import dev.sealbox.domain.organization.OrganizationCommand.SuspendSandbox;
import dev.sealbox.domain.organization.OrganizationEvent.ApiKeyIssued;
import dev.sealbox.domain.organization.OrganizationEvent.ApiKeyRevoked;
import dev.sealbox.domain.organization.OrganizationEvent.NameReleased;
import dev.sealbox.domain.organization.OrganizationEvent.NameReserved;
import dev.sealbox.domain.organization.OrganizationEvent.SandboxAdmitted;
import dev.sealbox.domain.organization.OrganizationEvent.SandboxReleased;
import dev.sealbox.domain.organization.OrganizationEvent.SandboxResumed;
import dev.sealbox.domain.organization.OrganizationEvent.SandboxSuspended;
import dev.sealbox.domain.organization.OrganizationEvent.WebhookChanged;
import dev.sealbox.domain.organization.OrganizationEvent.WebhookCreated;
import dev.sealbox.domain.organization.OrganizationEvent.WebhookDeleted;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Who may ask in an organisation's name, which store names are taken, and which sandboxes count against its limit: all
 * that must be decided in one place.
 *
 * @param names every reserved store name
 * @param sandboxes those that are not stopped, with the time of admission
 * @param suspended those of them that are hibernated and do not count
 */
public record Organization(
        KeyRing keys, Map<StoreName, StoreId> names, Map<SandboxId, Instant> sandboxes, Set<SandboxId> suspended) {

    private static final Comparator<StoreName> BY_NAME = Comparator.comparing(StoreName::value);

    public static final Organization EMPTY = new Organization(KeyRing.EMPTY, Map.of(), Map.of(), Set.of());

    /** {@code now} decides about keys that expire. */
    public Decision<OrganizationEvent, OrganizationRefusal> decide(OrganizationCommand command, Instant now) {
        return switch (command) {
            case CreateOrganization(var hash, var terms) ->
                keys.byId().isEmpty()
                        ? keys.issue(hash, terms, now)
                        : refuse(new OrganizationRefusal.OrganizationExists());
            case IssueApiKey(var hash, var terms) -> keys.issue(hash, terms, now);
            case RevokeApiKey(var keyId) -> keys.revoke(keyId, now);
            case ReserveName(var name, var store, var limit) -> reserve(name, store, limit);
            case ReleaseName(var name, var store) ->
                store.equals(names.get(name)) ? accept(new NameReleased(name, store)) : accept();
            case AdmitSandbox(var sandbox, var limit) -> admit(sandbox, limit);
            case SuspendSandbox(var sandbox) ->
                sandboxes.containsKey(sandbox) && !suspended.contains(sandbox)
                        ? accept(new SandboxSuspended(sandbox))
                        : accept();
            case ResumeSandbox(var sandbox, var limit) ->
                suspended.contains(sandbox) ? unlessFull(new SandboxResumed(sandbox), limit) : accept();
            case ReleaseSandbox(var sandbox) ->
                sandboxes.containsKey(sandbox) ? accept(new SandboxReleased(sandbox)) : accept();
            case NoteWebhook(var webhook, var terms, var fresh, var secretReplaced) ->
                accept(fresh ? new WebhookCreated(webhook, terms) : new WebhookChanged(webhook, terms, secretReplaced));
            case NoteWebhookDeleted(var webhook) -> accept(new WebhookDeleted(webhook));
        };
    }

    private Decision<OrganizationEvent, OrganizationRefusal> reserve(StoreName name, StoreId store, int limit) {
        var holder = names.get(name);
        if (store.equals(holder)) {
            return accept();
        }
        if (holder != null) {
            return refuse(new OrganizationRefusal.NameTaken(name));
        }
        return names.size() < limit
                ? accept(new NameReserved(name, store))
                : refuse(new OrganizationRefusal.TooManyStores(limit));
    }

    private Decision<OrganizationEvent, OrganizationRefusal> admit(SandboxId sandbox, int limit) {
        if (sandboxes.containsKey(sandbox)) {
            return accept();
        }
        return unlessFull(new SandboxAdmitted(sandbox), limit);
    }

    private Decision<OrganizationEvent, OrganizationRefusal> unlessFull(OrganizationEvent event, int limit) {
        var active = sandboxes.size() - suspended.size();
        return active < limit ? accept(event) : refuse(new OrganizationRefusal.TooManySandboxes(active, limit));
    }

    /** The first names behind {@code after}, or of all, in their order. */
    public SortedMap<StoreName, StoreId> namesAfter(Optional<StoreName> after, int limit) {
        return names.entrySet().stream()
                .filter(entry -> after.isEmpty() || BY_NAME.compare(entry.getKey(), after.get()) > 0)
                .sorted(Map.Entry.comparingByKey(BY_NAME))
                .limit(limit)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, () -> new TreeMap<>(BY_NAME)));
    }

    /** What the key with this hash is worth now. */
    public KeyStanding standing(ApiKeyHash hash, Instant now) {
        return keys.standing(hash, now);
    }

    public Organization apply(Recorded<OrganizationEvent> recorded) {
        return switch (recorded.event()) {
            case ApiKeyIssued(var keyId, var hash, var terms) ->
                new Organization(keys.issued(keyId, key(recorded, hash, terms)), names, sandboxes, suspended);
            case ApiKeyRevoked(var keyId) ->
                new Organization(keys.revoked(keyId, recorded.at()), names, sandboxes, suspended);
            case NameReserved(var name, var store) ->
                new Organization(keys, changed(names, map -> map.put(name, store)), sandboxes, suspended);
            case NameReleased(var name, var store) ->
                new Organization(keys, changed(names, map -> map.remove(name)), sandboxes, suspended);
            case SandboxAdmitted(var sandbox) ->
                new Organization(keys, names, changed(sandboxes, map -> map.put(sandbox, recorded.at())), suspended);
            case SandboxSuspended(var sandbox) ->
                new Organization(keys, names, sandboxes, changed(suspended, set -> set.add(sandbox)));
            case SandboxResumed(var sandbox) ->
                new Organization(keys, names, sandboxes, changed(suspended, set -> set.remove(sandbox)));
            case SandboxReleased(var sandbox) ->
                new Organization(
                        keys,
                        names,
                        changed(sandboxes, map -> map.remove(sandbox)),
                        changed(suspended, set -> set.remove(sandbox)));
            // They are kept in a table; here stands who did what to them.
            case WebhookCreated created -> this;
            case WebhookChanged changed -> this;
            case WebhookDeleted deleted -> this;
        };
    }

    private static KeyRing.ApiKey key(Recorded<OrganizationEvent> issued, ApiKeyHash hash, KeyTerms terms) {
        return new KeyRing.ApiKey(terms, hash, issued.at(), issued.origin().keyId(), Optional.empty());
    }

    private static <K, V> Map<K, V> changed(Map<K, V> map, Consumer<Map<K, V>> change) {
        var after = new LinkedHashMap<>(map);
        change.accept(after);
        return after;
    }

    private static <T> Set<T> changed(Set<T> set, Consumer<Set<T>> change) {
        var after = new LinkedHashSet<>(set);
        change.accept(after);
        return after;
    }
}
