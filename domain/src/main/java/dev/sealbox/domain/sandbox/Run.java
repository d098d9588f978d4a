package dev.sealbox.domain.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command that a person wants run; its environment is completed from the sandbox's.
 *
 * @param directory empty means the home directory
 * @param timeout zero means no limit
 */
public record Run(List<String> argv, Map<String, String> envs, Optional<String> directory, Duration timeout) {}
