/** The conversation with the guest agent: commands and files. Everything that comes from it is hostile. */
@NullMarked
package dev.sealbox.runtime.exec;

import org.jspecify.annotations.NullMarked;
