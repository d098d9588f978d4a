package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.Refusal;

/** Why a file operation inside a sandbox will not be done. */
public sealed interface FileRefusal extends Refusal {

    /** Nothing is there, or something that cannot be read as a file or listed as a directory. */
    record NoSuchFile(String what) implements FileRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_FOUND;
        }

        @Override
        public String code() {
            return "file.not-found";
        }

        @Override
        public String message() {
            return what;
        }
    }

    /** The sandbox's system said no, for instance because the disk is full or a parent is a file. */
    record NotPossible(String what) implements FileRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "file.not-possible";
        }

        @Override
        public String message() {
            return what;
        }
    }
}
