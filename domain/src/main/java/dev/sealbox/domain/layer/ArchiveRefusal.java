package dev.sealbox.domain.layer;

import dev.sealbox.domain.Refusal;

/** Why files from outside do not come in. Nothing of them is left then. */
public sealed interface ArchiveRefusal extends Refusal {

    /** It is none, or ends too early. */
    record Malformed(String what) implements ArchiveRefusal {}

    /** No key that is trusted here has signed it, or it was changed since. */
    record NotSigned() implements ArchiveRefusal {}

    /** Something in it is not what its signed list says. */
    record Damaged(String what) implements ArchiveRefusal {}

    /** An entry that could reach out of the sandbox's files, or give rights to whoever runs it. */
    record Unsafe(String entry, String why) implements ArchiveRefusal {}

    /** Its files stand on a template that is not here. */
    record OtherBase(String base) implements ArchiveRefusal {}

    record TooLarge(String limit) implements ArchiveRefusal {}

    /** The same archive is being imported at this moment. */
    record Busy() implements ArchiveRefusal {}

    /** The host's disk filled up while it was unpacked, which is not the archive's fault. */
    record NoRoom() implements ArchiveRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case Malformed refusal -> Kind.INVALID;
            case NotSigned refusal -> Kind.INVALID;
            case Damaged refusal -> Kind.INVALID;
            case Unsafe refusal -> Kind.INVALID;
            case OtherBase refusal -> Kind.INVALID;
            case TooLarge refusal -> Kind.INVALID;
            case Busy refusal -> Kind.CONFLICT;
            case NoRoom refusal -> Kind.NOT_READY;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case Malformed refusal -> "archive.malformed";
            case NotSigned refusal -> "archive.not-signed";
            case Damaged refusal -> "archive.damaged";
            case Unsafe refusal -> "archive.unsafe";
            case OtherBase refusal -> "archive.other-base";
            case TooLarge refusal -> "archive.too-large";
            case Busy refusal -> "archive.busy";
            case NoRoom refusal -> "host.no-room";
        };
    }

    /** People make room, not seconds. */
    @Override
    default int retryAfterSeconds() {
        return this instanceof NoRoom ? 30 : 1;
    }

    @Override
    default String message() {
        return switch (this) {
            case Malformed(var what) -> "the archive is malformed: " + what;
            case NotSigned() -> "no key that is trusted here has signed this archive";
            case Damaged(var what) -> "the archive is damaged: " + what;
            case Unsafe(var entry, var why) -> "the archive holds " + entry + ", which " + why;
            case OtherBase(var base) -> "the archive's files stand on the template " + base + ", which is not here";
            case TooLarge(var limit) -> "the archive holds more than " + limit;
            case Busy() -> "the same archive is being imported";
            case NoRoom() -> "the host's disk has no room for the archive";
        };
    }
}
