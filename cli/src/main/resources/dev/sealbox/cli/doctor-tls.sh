# Asks the check host, which only the proxy answers, with each client that is here. A line for each:
# its name, "yes", "no" or "-" (not here), and why not, with tabs between. $host is set before this text.
url=https://$host/
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')

here() { command -v "$1" >/dev/null 2>&1; }
absent() { printf '%s\t-\tnot installed\n' "$1"; }

# What a client says when it does not trust a certificate, whichever it is.
distrust='certificate|SSL|TLS|PKIX|x509|CERT_|self.signed|unknown authority'

# judged NAME PROOF STATUS: PROOF is what a client says that cannot like the answer, but has read it.
judged() {
    if [ "$3" = 0 ] || { [ -n "$2" ] && ! grep -qiE "$distrust" "$work/said" && grep -qE "$2" "$work/said"; }; then
        printf '%s\tyes\t\n' "$1"
        return
    fi
    why=$(grep -iE "$distrust" "$work/said" | tail -n 1)
    [ -n "$why" ] || why=$(grep -v '^[[:space:]]*$' "$work/said" | tail -n 1)
    [ "$3" != 124 ] || why='no answer in time'
    printf '%s\tno\t%s\n' "$1" "$(printf '%s' "${why:-status $3}" | tr "$tab" ' ' | cut -c 1-200)"
}

# tried NAME PROOF COMMAND [ARGUMENT...]
tried() {
    name=$1
    proof=$2
    shift 2
    timeout 30 "$@" >"$work/all" 2>&1 </dev/null
    status=$?
    # The name of the host must not be taken for a word on TLS.
    sed "s/$host/the check host/g" "$work/all" >"$work/said"
    judged "$name" "$proof" $status
}

if here curl; then tried curl '' curl -sS --fail --max-time 20 -o /dev/null "$url"; else absent curl; fi
if here wget; then tried wget '' wget -nv --tries=1 --timeout=20 -O /dev/null "$url"; else absent wget; fi
if here git; then
    tried git 'is this a git repository|not found' env GIT_TERMINAL_PROMPT=0 git ls-remote "$url"
else
    absent git
fi
if here openssl; then
    tried 'openssl s_client' '' openssl s_client -brief -verify_return_error -verify_hostname "$host" \
        -servername "$host" -connect "$host:443"
else
    absent 'openssl s_client'
fi
if here apt-get; then
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
    echo "deb [trusted=yes] $url ./" >"$work/sources.list"
    tried 'apt over https' 'NOSPLIT|NODATA|Clearsigned|Release file|Packages' apt-get update \
        -o Acquire::Retries=0 -o Acquire::https::Timeout=20 -o APT::Sandbox::User= \
        -o Dir::State="$work/state" -o Dir::Cache="$work/cache" \
        -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
else
    absent 'apt over https'
fi

python() {
    if here python3 && python3 -c "import $2" >/dev/null 2>&1; then
        tried "$1" '' python3 -c "$3" "$url"
    else
        absent "$1"
    fi
}
python 'python urllib' ssl 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=20).read()'
python 'python requests' requests 'import sys, requests; requests.get(sys.argv[1], timeout=20).raise_for_status()'
python 'python httpx' httpx 'import sys, httpx; httpx.get(sys.argv[1], timeout=20).raise_for_status()'
python 'python aiohttp' aiohttp '
import asyncio, sys, aiohttp
async def ask():
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        async with session.get(sys.argv[1]) as answer:
            await answer.read()
asyncio.run(ask())'
if here pip3; then
    tried pip 'No matching distribution' pip3 download --quiet --no-cache-dir --disable-pip-version-check --retries 0 \
        --timeout 20 --index-url "${url}simple" --dest "$work" nothing-of-this-name
else
    absent pip
fi

if here node; then
    tried 'node https' '' node -e '
require("https").get(process.argv[1], answer => process.exit(answer.statusCode === 200 ? 0 : 1))
    .on("error", failure => { console.error(String(failure)); process.exit(1) })' "$url"
    if node -e 'process.exit(typeof fetch === "function" ? 0 : 1)'; then
        tried 'node fetch' '' node -e '
fetch(process.argv[1]).then(answer => process.exit(answer.ok ? 0 : 1),
    failure => { console.error(String(failure.cause || failure)); process.exit(1) })' "$url"
    else
        absent 'node fetch'
    fi
else
    absent 'node https'
    absent 'node fetch'
fi
if here npm; then
    tried npm '' npm ping --registry "$url" --fetch-retries 0 --fetch-timeout 20000 --no-update-notifier \
        --cache "$work/npm" --loglevel error
else
    absent npm
fi

if here java && java --list-modules 2>/dev/null | grep -q '^jdk.compiler'; then
    cat >"$work/Ask.java" <<'END'
class Ask {
    public static void main(String[] arguments) throws Exception {
        var connection = (java.net.HttpURLConnection) java.net.URI.create(arguments[0]).toURL().openConnection();
        connection.setReadTimeout(20_000);
        System.exit(connection.getResponseCode() == 200 ? 0 : 1);
    }
}
END
    tried java '' java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$work/Ask.java" "$url"
else
    absent java
fi
if here go; then
    cat >"$work/ask.go" <<'END'
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	answer, failure := http.Get(os.Args[1])
	if failure != nil {
		log.Fatal(failure)
	}
	if answer.StatusCode != 200 {
		os.Exit(1)
	}
}
END
    (cd "$work" && tried go '' env GOCACHE="$work/go" GOTOOLCHAIN=local GOFLAGS= go run ask.go "$url")
else
    absent go
fi
if here cargo; then
    tried 'rust cargo' 'config.json|missing field|JSON' env CARGO_HOME="$work/cargo" CARGO_NET_RETRY=0 \
        cargo search --index "sparse+$url" nothing-of-this-name
else
    absent 'rust cargo'
fi
