package dev.sealbox.domain.layer;

/** What becomes of files that come from outside and would give rights to whoever runs them: setuid, setgid, capabilities. */
public enum SetuidFiles {
    /** They are refused, and with them all that comes along. */
    REFUSE,
    /** They become ordinary files. */
    DROP,
    /** They stay what they are: for files that another host of this deployment has packed, never for what comes from outside. */
    KEEP
}
