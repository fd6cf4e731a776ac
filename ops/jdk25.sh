# Finds a JDK 25, in the places in which maven-toolchains-plugin looks, too. Sets $jdk.
jdk=

is_jdk_25() {
  [[ -x $1/bin/javac && -r $1/release ]] && grep -q '^JAVA_VERSION="25[^0-9]' "$1/release" && jdk=$1
}

find_jdk_25() {
  local name home javac
  for name in $(compgen -e | grep -E '^JAVA.*_HOME$'); do
    is_jdk_25 "${!name}" && return 0
  done
  if javac=$(command -v javac); then
    is_jdk_25 "$(dirname "$(dirname "$(readlink -f "$javac")")")" && return 0
  fi
  for home in /usr/lib/jvm/* /usr/java/* /usr/jdk/* /usr/local/java/* /opt/java/* \
    ~/.jdks/* ~/.m2/jdks/* ~/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home ~/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    is_jdk_25 "$home" && return 0
  done
  return 1
}

require_jdk_25() {
  if ! find_jdk_25; then
    echo "This needs a JDK 25, in a usual place such as /usr/lib/jvm or ~/.sdkman, or named by JAVA25_HOME: none found." >&2
    exit 1
  fi
}
