/* Errors in a configuration, and classes or plugins that do not fit. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/secret.h"
#include "connector/rules/rules_private.h"
#include "connector/rules/text_facts.h"

#define LOG RULE_LOG
#define ANY (RULE_LOG | RULE_API | RULE_STATE)

static bool is_blank_around(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && (isspace((unsigned char)text[0]) || isspace((unsigned char)text[len - 1]));
}

/* Copies the name as it was configured. The message has a comma directly after it, so a blank
 * before the comma belongs to the name. */
static void missing_class(const struct rule_look *look, char *out, size_t cap)
{
    fact_take(look->text, "which name matches ([^\n,]*)", out, cap);
}

static bool is_class_blank(const struct rule_look *look)
{
    char name[256];
    if (strncmp(look->group[0], "Invalid value", 13) == 0)
        return is_blank_around(look->group[1]);
    missing_class(look, name, sizeof name);
    return is_blank_around(name);
}

/* Copies the text between the quotes, without the blanks. */
static void config_trim(const char *text, char *out, size_t cap)
{
    const char *end = text + strlen(text);
    while (isspace((unsigned char)*text))
        text++;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    snprintf(out, cap, "%.*s", (int)(end - text), text);
}

static void words_blank(const struct rule_look *look, struct rule_words *out)
{
    char name[LOOK_WORD_MAX], bare[LOOK_WORD_MAX], setting[128];
    if (strncmp(look->group[0], "Invalid value", 13) == 0) {
        snprintf(name, sizeof name, "%s", look->group[1]);
        snprintf(setting, sizeof setting, "%s", look->group[2]);
    } else {
        missing_class(look, name, sizeof name);
        snprintf(setting, sizeof setting, "connector.class");
    }
    config_trim(name, bare, sizeof bare);
    const char *side = isspace((unsigned char)name[0]) ? "begins" : "ends";
    bool is_listed = strstr(look->text, "available connectors are") != NULL &&
                     strstr(strstr(look->text, "available connectors are"), bare) != NULL;
    snprintf(out->cause, sizeof out->cause, "the value of %s %s with a blank: '%s'%s%s", setting,
             side, name, is_listed ? "; the class without the blank is available" : "",
             is_listed ? "" : " is not the name of a class");
    snprintf(out->fix, sizeof out->fix, "Set %s=%s without the blank; then restart the connector",
             setting, bare);
}

/* The class is in the list that the message shows, so the plugin has it. */
static bool is_class_listed(const struct rule_look *look)
{
    char found[256], name[256], quoted[300];
    const char *list = strstr(look->text, "available connectors are");
    missing_class(look, found, sizeof found);
    config_trim(found, name, sizeof name);
    snprintf(quoted, sizeof quoted, "%.280s'", name);
    return list != NULL && name[0] != '\0' && strstr(list, quoted) != NULL;
}

static bool is_class_of_config(const struct rule_look *look)
{
    return !is_blank_around(look->group[1]);
}

enum { SLIP_MAX = 3 };

/* Finds the available class that may be meant. */
static bool find_near(const struct rule_look *look, char *out, size_t cap)
{
    static const char lead[] = "name='";
    char found[256], name[256], listed[256];
    const char *at = strstr(look->text, "available connectors are");
    struct nearest nearest;
    missing_class(look, found, sizeof found);
    config_trim(found, name, sizeof name);
    nearest_init(&nearest, name);
    nearest.cost = SLIP_MAX + 1; /* only a typing mistake, fewer differences than nearest_init
                                  * allows */
    out[0] = '\0';
    for (at = at ? strstr(at, lead) : NULL; at != NULL; at = strstr(at, lead)) {
        at += strlen(lead);
        snprintf(listed, sizeof listed, "%.*s", (int)strcspn(at, "'\n"), at);
        nearest.best = NULL;
        nearest_offer(&nearest, listed);
        if (nearest.best != NULL && strcmp(listed, name) != 0)
            snprintf(out, cap, "%s", listed);
    }
    return out[0] != '\0';
}

static bool is_class_near(const struct rule_look *look)
{
    char near[256];
    return find_near(look, near, sizeof near);
}

static void words_near(const struct rule_look *look, struct rule_words *out)
{
    char near[256];
    if (!find_near(look, near, sizeof near))
        return;
    snprintf(out->cause, sizeof out->cause,
             "no plugin on the worker has the class %s; %s exists and may be meant", look->group[2],
             near);
    snprintf(out->fix, sizeof out->fix,
             "Set connector.class=%s, then create or update the connector", near);
}

/* ------------------------------------------------------------------ several at once */

/* Copies one error of the list: "flush.size: Value must be at least 1"; values may be secrets. */
static void config_take_error(const char *line, char *out, size_t cap, char *name, size_t name_cap)
{
    char reason[256];
    out[0] = '\0';
    if (fact_take(line, "required configuration \"([^\"]+)\"", name, name_cap)) {
        snprintf(out, cap, "%s is missing", name);
    } else if (fact_take(line, "for configuration ([A-Za-z0-9._-]+)", name, name_cap)) {
        bool has_reason = fact_take(line, "(for configuration [A-Za-z0-9._-]+): ([^\n]*[^ \n])",
                                    reason, sizeof reason);
        snprintf(out, cap, "%s%s%s", name, has_reason ? ": " : " has an invalid value",
                 has_reason ? reason : "");
    }
}

/* Returns where the next error of the list begins: on a line of its own, or, when the lines were
 * joined, at the words that each error begins with, or at a line end that was made printable. */
static const char *next_error(const char *at)
{
    static const char *const words[] = {"Missing required configuration \"", "Invalid value ",
                                        "You can also find", "\\n"};
    const char *next = strchr(at, '\n');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *found = strstr(at + 1, words[i]);
        if (found != NULL && (next == NULL || found < next))
            next = found;
    }
    return next != NULL ? next : at + strlen(at);
}

static void config_add(char *list, size_t cap, const char *between, const char *one)
{
    size_t len = strlen(list);
    if (len + strlen(between) + strlen(one) < cap)
        snprintf(list + len, cap - len, "%s%s", len > 0 ? between : "", one);
}

static void words_several(const struct rule_look *look, struct rule_words *out)
{
    char causes[RULE_WORDS_MAX - 128] = "", names[RULE_WORDS_MAX - 128] = "";
    const char *at = strstr(look->text, "error(s)");
    for (at = at != NULL ? next_error(at) : ""; *at != '\0'; at = next_error(at)) {
        char line[512], one[512], name[128];
        const char *begin = at + (at[0] == '\\' ? 2 : 0);
        begin += strspn(begin, " \n");
        snprintf(line, sizeof line, "%.*s", (int)(next_error(begin) - begin), begin);
        config_take_error(line, one, sizeof one, name, sizeof name);
        if (one[0] != '\0') {
            config_add(causes, sizeof causes, "; ", one);
            config_add(names, sizeof names, ", ", name);
        }
        at = begin;
    }
    if (causes[0] == '\0')
        return;
    snprintf(out->cause, sizeof out->cause, "Kafka Connect rejects the configuration: %s", causes);
    snprintf(out->fix, sizeof out->fix, "Correct these settings: %s", names);
}

/* ------------------------------------------------------------------ the right class */

/* Classes that may be meant when a setting names an unknown one. */
static const char *const known_classes[] = {
    "io.confluent.connect.s3.format.json.JsonFormat",
    "io.confluent.connect.s3.format.avro.AvroFormat",
    "io.confluent.connect.s3.format.parquet.ParquetFormat",
    "io.confluent.connect.s3.format.bytearray.ByteArrayFormat",
    "io.confluent.connect.s3.storage.S3Storage",
    "io.confluent.connect.storage.partitioner.DefaultPartitioner",
    "io.confluent.connect.storage.partitioner.FieldPartitioner",
    "io.confluent.connect.storage.partitioner.TimeBasedPartitioner",
    "io.confluent.connect.storage.partitioner.HourlyPartitioner",
    "io.confluent.connect.storage.partitioner.DailyPartitioner",
    "org.apache.kafka.connect.json.JsonConverter",
    "org.apache.kafka.connect.storage.StringConverter",
    "org.apache.kafka.connect.converters.ByteArrayConverter",
    "io.confluent.connect.avro.AvroConverter",
    "io.confluent.connect.protobuf.ProtobufConverter",
    "io.confluent.connect.json.JsonSchemaConverter",
};

static const char *last_name(const char *class_name)
{
    const char *dot = strrchr(class_name, '.');
    return dot != NULL ? dot + 1 : class_name;
}

/* Finds the class with the same name except for case or package, or with a typing mistake. NULL
 * when there is none. */
static const char *known_near(const char *class_name)
{
    struct nearest nearest;
    for (size_t i = 0; i < sizeof known_classes / sizeof *known_classes; i++)
        if (strcasecmp(last_name(known_classes[i]), last_name(class_name)) == 0)
            return strcmp(known_classes[i], class_name) != 0 ? known_classes[i] : NULL;
    nearest_init(&nearest, class_name);
    nearest.cost = SLIP_MAX + 1;
    for (size_t i = 0; i < sizeof known_classes / sizeof *known_classes; i++)
        nearest_offer(&nearest, known_classes[i]);
    return nearest.best;
}

static void words_class(const struct rule_look *look, struct rule_words *out)
{
    const char *setting = look->group[2], *near = known_near(look->group[4]);
    if (look->group[4][0] == '\0')
        return;
    if (near != NULL) {
        words_expand(look,
                     "no plugin on the worker has the class {4} (setting {2}); a class with almost "
                     "that name exists",
                     out->cause, sizeof out->cause);
        snprintf(out->fix, sizeof out->fix, "Set %s=%s; then restart the connector", setting, near);
    } else if (strncmp(setting, "transforms.", 11) == 0) {
        words_expand(look,
                     "Put the JARs of {4} into the connector's plugin ([{?msk}a new ZIP and a new "
                     "custom plugin][{?own}its folder under plugin.path, then restart the "
                     "worker]), or remove that transform from transforms",
                     out->fix, sizeof out->fix);
    } else if (strstr(setting, "converter") == NULL) {
        words_expand(look,
                     "Put the JARs of {4} into the connector's plugin ([{?msk}a new ZIP and a new "
                     "custom plugin][{?own}its folder under plugin.path, then restart the "
                     "worker]), or set {2} to an available class",
                     out->fix, sizeof out->fix);
    }
}

/* Java n reads class files up to version n + 44. */
static void words_java(const struct rule_look *look, struct rule_words *out)
{
    char built[16], runs[16], class_name[LOOK_WORD_MAX];
    if (!fact_of(look, "classfile", built, sizeof built) || strlen(built) > 3)
        return;
    bool is_known = fact_of(look, "runtime", runs, sizeof runs) && strlen(runs) <= 3;
    bool is_named = fact_of(look, "newer", class_name, sizeof class_name);
    for (char *at = class_name; *at != '\0'; at++)
        if (*at == '/')
            *at = '.';
    size_t n = (size_t)snprintf(
        out->cause, sizeof out->cause, "the plugin%s%.300s%s was built for Java %ld",
        is_named ? " (class " : "", class_name, is_named ? ")" : "", strtol(built, NULL, 10) - 44);
    if (is_known)
        snprintf(out->cause + n, sizeof out->cause - n, ", and the worker runs Java %ld",
                 strtol(runs, NULL, 10) - 44);
    n = (size_t)snprintf(out->fix, sizeof out->fix,
                         "Use an older release of the plugin, or a worker with Java %ld or newer",
                         strtol(built, NULL, 10) - 44);
    words_expand(look,
                 "[{?msk} (Kafka Connect 3.7.x on MSK Connect has Java 17, 2.7.1 has Java 11)]",
                 out->fix + n, sizeof out->fix - n);
}

/* The value of a secret is not repeated, neither before nor after its name. */
static void words_bad_value(const struct rule_look *look, struct rule_words *out)
{
    if (!secret_is_name(look->group[2]))
        return;
    snprintf(out->cause, sizeof out->cause, "the setting %s has an invalid value", look->group[2]);
    snprintf(out->fix, sizeof out->fix, "Correct %s; then restart the connector", look->group[2]);
}

/* clang-format off */
static const struct rule rules[] = {
    {"class-blank", ANY,
     "Invalid value ([^\n]*) for configuration ([A-Za-z0-9._-]+): Class [^\n]* could not be found|Failed to find any class that implements [A-Za-z]+ and which name matches [^\n]*",
     RULE_FATAL, false,
     "the name of a class begins or ends with a blank",
     "Remove the blank; then restart the connector",
     is_class_blank, words_blank},
    {"config-several", ANY,
     "contains the following ([2-9]|[1-9][0-9]+) error\\(s\\)",
     RULE_FATAL, false,
     "Kafka Connect rejects the configuration: it has {1|several} errors",
     "Correct the settings that the message names; PUT /connector-plugins/CLASS/config/validate lists all errors",
     NULL, words_several},
    {"plugin-class-listed", ANY,
     "Failed to find any class that implements (Connector|Converter|HeaderConverter) and which name matches ([^ ,\n]+)",
     RULE_FATAL, false,
     "the worker has the class {2|that connector.class names} (it is in the list of available ones), and yet did not find it when it started: connector.class contains an invisible character, or the plugin was not scanned yet",
     "Type connector.class again by hand (without a blank or line end after it). If it is correct, create the connector again: the plugin itself is fine",
     is_class_listed, NULL},
    {"plugin-class-typo", ANY,
     "Failed to find any class that implements (Connector|Converter|HeaderConverter|Transformation) and which name matches ([^ ,\n]+)",
     RULE_FATAL, false,
     "no plugin on the worker has the class {2|that is named}; a class with almost the same name exists",
     "Correct connector.class to the name in the list of available connectors",
     is_class_near, words_near},
    {"plugin-class-missing", ANY,
     "Failed to find any class that implements (Connector|Converter|HeaderConverter|Transformation) and which name matches ([^ ,\n]+)",
     RULE_FATAL, false,
     "no plugin on the worker has the class {2|that is named}[ (plugin {plugin})]",
     "Compare the class with the JARs of the plugin: unzip -l lists them. [{?msk}Create a new custom plugin from the ZIP that has the class, and create the connector with it][{?own}Unpack the plugin that has the class under the worker's plugin.path and restart the worker]",
     NULL, NULL},
    {"converter-class-missing", ANY,
     "Invalid value ([^\n]*) for configuration ([A-Za-z0-9._-]*(converter|class|type|extractor|provider)[A-Za-z0-9._-]*): Class ([^ \n]+) could not be found",
     RULE_FATAL, false,
     "no plugin on the worker has the class {4|that a setting names}[ (setting {2})]",
     "Put the JARs of {4|the class} into the connector's plugin ([{?msk}a new ZIP and a new custom plugin][{?own}the connector's folder under plugin.path, then restart the worker]), or set {2|it} to an available class, such as org.apache.kafka.connect.json.JsonConverter for a converter",
     is_class_of_config, words_class},
    {"config-missing-key", ANY,
     "Missing required configuration \\\"([^\\\"]+)\\\" which has no default value",
     RULE_FATAL, false,
     "the required setting {1|that the message names} is missing from the configuration",
     "Add {1|it} to the connector's configuration",
     NULL, NULL},
    {"config-topics", ANY,
     "Must configure one of topics or topics\\.regex|topics and topics\\.regex are mutually exclusive|has a DLQ topic[^\n]*|DLQ topic may not be included in the list of topics",
     RULE_FATAL, false,
     "the configuration must have exactly one of topics and topics.regex, and neither may include the dead letter queue topic",
     "Set topics (names separated by commas) or topics.regex (a Java expression for whole names), not both; keep errors.deadletterqueue.topic.name out of it",
     NULL, NULL},
    {"config-override", ANY,
     "The '([A-Za-z]+)' policy does not allow '([^']+)' to be overridden",
     RULE_FATAL, false,
     "the worker does not allow a connector to set {2|a property} for its Kafka client[ (override policy {1})]",
     "Remove the setting that ends in {2|that name} from the connector (consumer.override. or producer.override.), or set connector.client.config.override.policy=All on the worker",
     NULL, NULL},
    {"config-bad-value", ANY,
     "Invalid value (.*) for configuration ([A-Za-z0-9._-]+)(: ([^\n]*))?",
     RULE_FATAL, false,
     "the setting {2|that the message names} has an invalid value[ '{1}'][: {4}]",
     "Correct {2|the setting}[: {4}]; then restart the connector",
     NULL, words_bad_value},
    {"config-errors", ANY,
     "Connector configuration is invalid and contains the following ([0-9]+) error\\(s\\):? *([^\n]*)",
     RULE_FATAL, true,
     "Kafka Connect rejects the configuration[: {2}]",
     "Correct the settings that the message names; PUT /connector-plugins/CLASS/config/validate lists all errors",
     NULL, NULL},
    {"config-partitioner", ANY,
     "(Path format|Locale|Timezone|Partition duration|[Pp]artition field name) (cannot be empty|must be (a )?positive)[^\n]*",
     RULE_FATAL, false,
     "a setting that the partitioner or the rotation needs is missing[: {0}]",
     "Set all of path.format, locale, timezone and partition.duration.ms for a time partitioner (timezone alone for rotate.schedule.interval.ms, partition.field.name for the field partitioner); then restart the connector",
     NULL, NULL},
    {"config-timezone", ANY,
     "datetime zone id '([^'\n]*)' is not recogni[sz]ed|Unknown time-zone ID: ([^\n]+)",
     RULE_FATAL, false,
     "timezone is not a valid time zone[: '{1}'][: {2}]",
     "Set timezone to a name of the tz database, such as UTC or Europe/Berlin" RESTART,
     NULL, NULL},
    {"config-path-format", ANY,
     "Illegal pattern component: ([^\n]+)|Unknown pattern letter: ([^\n]+)|Pattern ends with an incomplete string literal[^\n]*|Invalid pattern specification",
     RULE_FATAL, false,
     "path.format[ ({=path.format})] is not a valid time pattern ({0|it contains letters without a meaning})",
     "Put fixed words of path.format between single quotes: 'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH" RESTART,
     NULL, NULL},
    {"config-kcql", ANY,
     "KcqlException: *([^\n]+)|IllegalArgumentException: *([^\n]*KCQL[^\n]*)",
     RULE_FATAL, false,
     "connect.s3.kcql cannot be read[: {1}][: {2}]",
     "Correct connect.s3.kcql: INSERT INTO BUCKET:PREFIX SELECT * FROM TOPIC STOREAS `JSON` …; then restart the connector",
     NULL, NULL},
    {"partitioner-class", ANY,
     "Partitioner class not found: *(class )?([A-Za-z0-9_.$]+)",
     RULE_FATAL, false,
     "no plugin on the worker has the partitioner {2|that partitioner.class names}",
     "Set partitioner.class to one that the sink has: io.confluent.connect.storage.partitioner.DefaultPartitioner, FieldPartitioner, TimeBasedPartitioner, HourlyPartitioner or DailyPartitioner" RESTART,
     NULL, NULL},
    {"config-other", ANY,
     "ConfigException: *([^\n]+)",
     RULE_FATAL, true,
     "the configuration is rejected[: {1}]",
     "Correct the setting that the message names, then restart the connector",
     NULL, NULL},
    {"class-init", ANY,
     "NoClassDefFoundError: *Could not initialize class ([A-Za-z0-9_.$/]+)",
     RULE_FATAL, false,
     "the class {1|of the plugin} exists, but its initialization failed earlier",
     "Search the worker log for the first error about it (ExceptionInInitializerError, UnsatisfiedLinkError), which names the reason. A compression library needs glibc and a temporary directory that allows running programs",
     NULL, NULL},
    {"native-library", ANY,
     "UnsatisfiedLinkError:? *([^\n]*)|FAILED_TO_LOAD_NATIVE_LIBRARY|failed to map segment from shared object",
     RULE_FATAL, false,
     "a native library cannot be loaded on the worker[: {1}]",
     "Run the worker on an image with glibc (Alpine's musl lacks ld-linux), with a temporary directory that is not mounted noexec (-Djava.io.tmpdir in KAFKA_OPTS), or choose a compression that needs no native library" RESTART,
     NULL, NULL},
    {"java-modules", ANY,
     "InaccessibleObjectException: *([^\n]*)|module java\\.[a-z]+ does not \"?(opens|exports) ",
     RULE_FATAL, false,
     "the plugin uses internal classes of Java, which the worker's newer Java does not allow[: {1}]",
     "Use a release of the plugin that supports that Java, or an older Java[{?own}, or add --add-opens java.base/java.lang=ALL-UNNAMED (the module and package that the message names) to KAFKA_OPTS]; then restart the worker",
     NULL, NULL},
    {"class-definition", ANY,
     "(NoClassDefFoundError|ClassNotFoundException): *(L?)([A-Za-z0-9_.$/]+)",
     RULE_FATAL, false,
     "a class that the plugin needs is missing from it, or cannot be loaded[: {3}]",
     "Put the library that contains {3|it} into the plugin[ {plugin}] (use the ZIP with all dependencies, not the JAR alone). [{?msk}Create a new custom plugin from it and create the connector with that][{?own}Restart the worker afterwards]",
     NULL, NULL},
    {"class-twice", ANY,
     "LinkageError: *([^\n]*)",
     RULE_FATAL, false,
     "a library exists twice, in the worker and in the plugin, and the two versions conflict[: {1}]",
     "Remove the library that the message names from the plugin (slf4j, log4j, kafka-clients and connect-api belong to the worker), and build the plugin again; then restart the worker",
     NULL, NULL},
    {"class-version", ANY,
     "(NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError): *([^\n]+)",
     RULE_FATAL, false,
     "two versions of one library conflict in the worker: the loaded one lacks {2|a method}",
     "Use the JARs of one release of the plugin, made for this version of Kafka Connect; leave out those that the worker has itself (kafka-clients, connect-api, aws-msk-iam-auth, slf4j)",
     NULL, NULL},
    {"java-version", ANY,
     "UnsupportedClassVersionError:? *([A-Za-z0-9_./$]+)?",
     RULE_FATAL, false,
     "the plugin[ (class {newer})] was built for a newer Java than the worker runs",
     "Use an older release of the plugin, or a worker with a newer Java[{?msk} (Kafka Connect 3.7.x on MSK Connect has Java 17, 2.7.1 has Java 11)]",
     NULL, words_java},
    {"class-cast", ANY,
     "ClassCastException: (class )?([A-Za-z0-9_.$]+) cannot be cast to (class )?([A-Za-z0-9_.$]+)",
     RULE_FATAL, false,
     "a value or class is not of the expected kind[: {2} is not {4}]",
     "If both are classes of Kafka or of a converter, the library is loaded twice: remove it from the plugin. Otherwise the records are not what the format or transform expects: use the matching converter" RESTART,
     NULL, NULL},
};
/* clang-format on */

const struct rule_table rules_config = {rules, sizeof rules / sizeof *rules};
