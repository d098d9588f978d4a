package dev.sealbox.runtime.exec;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Bounds of sessions; {@code reference.conf} explains each.
 *
 * @param scrollback bytes per session
 * @param running per sandbox
 * @param clients per session
 * @param keptTotal bytes of scrollback of all sessions that have ended
 */
public record SessionSettings(
        int scrollback,
        Duration slowClient,
        Duration lonelyTerminal,
        Duration keepEnded,
        int running,
        int clients,
        long keptTotal) {

    /** Reads {@code sealbox.runtime.sessions}. */
    public static SessionSettings from(Config sessions) {
        return new SessionSettings(
                Math.toIntExact(sessions.getBytes("scrollback")),
                sessions.getDuration("slow-client"),
                sessions.getDuration("lonely-terminal"),
                sessions.getDuration("keep-ended"),
                sessions.getInt("running"),
                sessions.getInt("clients"),
                sessions.getBytes("kept-total"));
    }
}
