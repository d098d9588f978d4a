package dev.sealbox.runtime.layer;

import dev.sealbox.runtime.layer.TreeWriter.Owned;
import java.io.IOException;
import java.io.InputStream;

/** A tree of files that is being made. Paths are relative, checked by {@link EntryName}; {@code .} is its root. */
sealed interface Tree permits TreeWriter, RootTree {

    void directory(String path, Owned owned);

    /** Whatever had the name before is gone. */
    void file(String path, Owned owned, InputStream content) throws IOException;

    void link(String path, Owned owned, String target);

    /** One more name of a file that is there. */
    void hardLink(String path, String first);

    void pipe(String path, Owned owned);

    /** Hides what has the name in the layers below. */
    void whiteout(String path);

    /** Empties a directory that is there, and hides what it holds in the layers below. */
    void opaque(String path);

    /** An extended attribute of a file or directory that is there. */
    void attribute(String path, String name, String value);
}
