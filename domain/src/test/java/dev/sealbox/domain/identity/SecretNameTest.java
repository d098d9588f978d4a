package dev.sealbox.domain.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"A", "_", "git_token", "GIT_TOKEN_2", "PATHS", "MY_LD_KEY"})
    void isTheNameOfAVariable(String name) {
        assertThat(SecretName.chosen(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1A", "A-B", "A B", "A=B", "\u00c4", "A\n", "A\0", "A%", "BASH_FUNC_x%%", "A()"})
    void isNothingElse(String name) {
        assertThatThrownBy(() -> new SecretName(name)).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> SecretName.chosen(name)).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PATH",
                "path",
                "Home",
                "LD_PRELOAD",
                "ld_library_path",
                "DYLD_INSERT_LIBRARIES",
                "https_proxy",
                "HTTP_PROXY",
                "No_Proxy",
                "all_proxy",
                "NODE_EXTRA_CA_CERTS",
                "SSL_CERT_FILE",
                "REQUESTS_CA_BUNDLE",
                "GIT_SSL_CAINFO",
                "GIT_SSL_NO_VERIFY",
                "PIP_CERT",
                "CARGO_HTTP_CAINFO",
                "AWS_CA_BUNDLE",
                "DENO_CERT",
                "NODE_OPTIONS",
                "PYTHONPATH",
                "PYTHONHOME",
                "PYTHONSTARTUP",
                "PERL5OPT",
                "RUBYLIB",
                "RUBYOPT",
                "GIT_SSH_COMMAND",
                "GIT_CONFIG_COUNT",
                "GIT_CONFIG_KEY_0",
                "GIT_TRACE_CURL",
                "GIT_ASKPASS",
                "GIT_EXEC_PATH",
                "BASH_ENV",
                "BASH_FUNC_ls",
                "SHELLOPTS",
                "PROMPT_COMMAND",
                "JAVA_TOOL_OPTIONS",
                "_JAVA_OPTIONS",
                "JDK_JAVA_OPTIONS",
                "GCONV_PATH",
                "MALLOC_CHECK_",
                "GLIBC_TUNABLES",
                "npm_config_registry",
                "NPM_CONFIG_USERCONFIG",
                "PIP_INDEX_URL",
                "SSLKEYLOGFILE",
                "OPENSSL_CONF",
                "RES_OPTIONS",
                "HOSTALIASES",
                "GOPROXY",
                "RUSTC_WRAPPER",
                "DOTNET_STARTUP_HOOKS",
                "LC_ALL"
            })
    void isNotChosenWhenItSteersPrograms(String name) {
        assertThatThrownBy(() -> SecretName.chosen(name))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining("reserved");
        // What stands in the log already must stay readable.
        assertThat(new SecretName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GIT_TOKEN",
                "GITHUB_TOKEN",
                "NPM_TOKEN",
                "NODE_AUTH_TOKEN",
                "PYPI_TOKEN",
                "AWS_SECRET_ACCESS_KEY",
                "OPENAI_API_KEY",
                "RUBYGEMS_API_KEY",
                "CARGO_REGISTRY_TOKEN",
                "DATABASE_URL",
                "PATHS",
                "MY_LD_KEY"
            })
    void isChosenForWhatPeopleKeepSecret(String name) {
        assertThat(SecretName.chosen(name)).isEqualTo(new SecretName(name));
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 129})
    void hasAtMost128Characters(int length) {
        var name = "A".repeat(length);
        if (length <= 128) {
            assertThat(new SecretName(name)).hasToString(name);
        } else {
            assertThatThrownBy(() -> new SecretName(name)).isInstanceOf(InvalidValue.class);
        }
    }
}
