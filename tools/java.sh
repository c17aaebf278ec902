# java.sh: prints the folder of a Java that PySpark runs on, 17 or newer: JAVA_HOME if that is set, else the `java` that is found first.
set -u

stop() {
    echo "$* Spark needs Java 17 or newer. On Debian: apt-get install openjdk-17-jre-headless (as root); on a Mac: brew install openjdk@17;" \
        "elsewhere get one from adoptium.net. Then set JAVA_HOME to its folder, or have its bin/java on PATH." >&2
    exit 1
}

if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
else
    java=$(command -v java) || stop "There is no Java here."
fi
told=$("$java" -XshowSettings:properties -version 2>&1) || stop "'$java' does not start."
said() { printf '%s\n' "$told" | sed -n "s/^ *$1 = //p"; }
number=$(said java.specification.version)
case $number in
    1[7-9] | [2-9][0-9]) said java.home ;;
    *) stop "'$java' is Java $number." ;;
esac
