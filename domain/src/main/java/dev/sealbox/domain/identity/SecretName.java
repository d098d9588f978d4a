package dev.sealbox.domain.identity;

import dev.sealbox.domain.InvalidValue;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A secret's name, which becomes the name of an environment variable.
 *
 * <p>Names that steer the programs of a sandbox, such as {@code PATH} or the proxy variables, are refused.
 */
public record SecretName(String value) implements Comparable<SecretName> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    private static final Set<String> RESERVED = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "PWD",
            "TERM",
            "LANG",
            "IFS",
            "ENV",
            "BASH_ENV",
            "TMPDIR",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "FTP_PROXY",
            "NODE_EXTRA_CA_CERTS",
            "REQUESTS_CA_BUNDLE",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "PIP_CERT",
            "CARGO_HTTP_CAINFO",
            "AWS_CA_BUNDLE",
            "DENO_CERT",
            "NODE_OPTIONS",
            "JAVA_TOOL_OPTIONS",
            "PYTHONPATH",
            "PYTHONSTARTUP",
            "PERL5LIB",
            "RUBYOPT");

    public SecretName {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValue("a secret name is a letter or _ and then up to 127 letters, digits or _");
        }
        if (value.startsWith("LD_") || RESERVED.contains(value.toUpperCase(java.util.Locale.ROOT))) {
            throw new InvalidValue("the name " + value + " is reserved for the sandbox itself");
        }
    }

    @Override
    public int compareTo(SecretName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
