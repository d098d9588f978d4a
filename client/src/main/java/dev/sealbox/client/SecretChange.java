package dev.sealbox.client;

import java.util.Map;
import java.util.Optional;

/**
 * What a change of a secret has come to.
 *
 * @param version the one that is current now
 * @param refreshed running sandboxes that have taken the change
 * @param refreshErrors running sandboxes that have not yet
 * @param warning what to mind about the new value, such as that it is too short to be recognised in answers
 */
public record SecretChange(int version, int refreshed, int refreshErrors, Optional<String> warning) {

    static SecretChange of(Map<String, String> answer) {
        return new SecretChange(
                number(answer, "version"),
                number(answer, "refreshed"),
                words(answer.getOrDefault("refreshErrors", "")),
                Optional.ofNullable(answer.get("warning")));
    }

    /** The sandboxes are named, separated by spaces. */
    private static int words(String text) {
        return text.isBlank() ? 0 : text.strip().split(" ", -1).length;
    }

    private static int number(Map<String, String> answer, String field) {
        try {
            return Integer.parseInt(answer.getOrDefault(field, "0"));
        } catch (NumberFormatException e) {
            throw new ApiException("answer", field + " is not a number", e);
        }
    }
}
