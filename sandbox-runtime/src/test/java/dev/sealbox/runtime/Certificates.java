package dev.sealbox.runtime;

/** A certificate authority whose key nobody has. */
final class Certificates {
    static final String AUTHORITY = """
            -----BEGIN CERTIFICATE-----
            MIIBmDCCAT+gAwIBAgIUNvfOJEz8rGxqTgRXEmJeFyx6saIwCgYIKoZIzj0EAwIw
            ITEfMB0GA1UEAwwWU2VhbGJveCB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjMyMDI0
            MDRaGA8yMTI2MTAzMDIwMjQwNFowITEfMB0GA1UEAwwWU2VhbGJveCB0ZXN0IGF1
            dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABM8rTqJZasqrQzHrbmZv
            btnLeJRDmW84oshapflYqNVzSVw8hDACAmxItu9dXi5KjRVPRcjroDgwUTewXkMh
            +JijUzBRMB0GA1UdDgQWBBQSV+E4y1k/JIADgvLriYRzoaDCNTAfBgNVHSMEGDAW
            gBQSV+E4y1k/JIADgvLriYRzoaDCNTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
            BAMCA0cAMEQCIC3dpQxsm7toMNlYFPBAvfMv+yyDvfPQcrOtlYQXqQR4AiA8qINI
            egJ217dBxcahWHQ7MKl+n/oggjN1RUv55tMXEw==
            -----END CERTIFICATE-----
            """;

    private Certificates() {}
}
