/* A configuration, a class or a plugin that doesn't fit. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/secret.h"
#include "connector/rules_private.h"

#define LOG RULE_LOG
#define ANY (RULE_LOG | RULE_API | RULE_STATE)

static bool is_blank_around(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && (isspace((unsigned char)text[0]) || isspace((unsigned char)text[len - 1]));
}

/* The name as it was configured: the message has its comma right behind it, so that a blank before
 * the comma is the name's. */
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

/* Between quotes, without the blanks. */
static void trim(const char *text, char *out, size_t cap)
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
    trim(name, bare, sizeof bare);
    const char *side = isspace((unsigned char)name[0]) ? "begins" : "ends";
    bool is_listed = strstr(look->text, "available connectors are") != NULL &&
                     strstr(strstr(look->text, "available connectors are"), bare) != NULL;
    snprintf(out->cause, sizeof out->cause, "the value of %s %s with a blank: '%s'%s%s", setting,
             side, name,
             is_listed ? "; the class without the blank is among the available ones" : "",
             is_listed ? "" : " is not the name of a class");
    snprintf(out->fix, sizeof out->fix, "Set %s=%s without the blank; then restart the connector",
             setting, bare);
}

/* It is in the list that the message shows, so the plugin has it. */
static bool is_class_listed(const struct rule_look *look)
{
    char found[256], name[256], quoted[300];
    const char *list = strstr(look->text, "available connectors are");
    missing_class(look, found, sizeof found);
    trim(found, name, sizeof name);
    snprintf(quoted, sizeof quoted, "%.280s'", name);
    return list != NULL && name[0] != '\0' && strstr(list, quoted) != NULL;
}

static bool is_class_of_config(const struct rule_look *look)
{
    return !is_blank_around(look->group[1]);
}

enum { SLIP_MAX = 3 };

/* The class in the list of available ones that may be meant. */
static bool find_near(const struct rule_look *look, char *out, size_t cap)
{
    static const char lead[] = "name='";
    char found[256], name[256], listed[256];
    const char *at = strstr(look->text, "available connectors are");
    struct nearest nearest;
    missing_class(look, found, sizeof found);
    trim(found, name, sizeof name);
    nearest_init(&nearest, name);
    nearest.cost = SLIP_MAX + 1; /* a slip of the hand, and not a third of the letters */
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
             "no plugin on the worker has the class %s; there is %s, which may be meant",
             look->group[2], near);
    snprintf(out->fix, sizeof out->fix,
             "Set connector.class=%s, then create or update the connector", near);
}

/* A secret's value is not repeated, neither from before its name nor from behind. */
static void words_bad_value(const struct rule_look *look, struct rule_words *out)
{
    if (!secret_is_name(look->group[2]))
        return;
    snprintf(out->cause, sizeof out->cause, "the setting %s does not take its value",
             look->group[2]);
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
    {"plugin-class-listed", ANY,
     "Failed to find any class that implements (Connector|Converter|HeaderConverter) and which name matches ([^ ,\n]+)",
     RULE_FATAL, false,
     "the worker has the class {2|that connector.class names} (it is in the list of available ones), and yet did not find it when it started: an invisible character in connector.class, or the plugin was not scanned yet",
     "Write connector.class anew by hand (no blank or line end behind it); if it is clean, create the connector again: the plugin itself is right",
     is_class_listed, NULL},
    {"plugin-class-typo", ANY,
     "Failed to find any class that implements (Connector|Converter|HeaderConverter|Transformation) and which name matches ([^ ,\n]+)",
     RULE_FATAL, false,
     "no plugin on the worker has the class {2|that is named}; a class of almost the same name is there",
     "Correct connector.class to the name that the list of available connectors has",
     is_class_near, words_near},
    {"plugin-class-missing", ANY,
     "Failed to find any class that implements (Connector|Converter|HeaderConverter|Transformation) and which name matches ([^ ,\n]+)",
     RULE_FATAL, false,
     "no plugin on the worker has the class {2|that is named}[ (plugin {plugin})]",
     "Compare the class with the JARs of the plugin: unzip -l lists them. [{?msk}Make a new custom plugin from the ZIP that has it, and create the connector with it][{?own}Unpack the plugin that has it under the worker's plugin.path and restart the worker]",
     NULL, NULL},
    {"converter-class-missing", ANY,
     "Invalid value ([^\n]*) for configuration ([A-Za-z0-9._-]*(converter|class|type|extractor|provider)[A-Za-z0-9._-]*): Class ([^ \n]+) could not be found",
     RULE_FATAL, false,
     "no plugin on the worker has the class {4|that a setting names}[ (setting {2})]",
     "Put the JARs of {4|the class} into the connector's plugin ([{?msk}a new ZIP and a new custom plugin][{?own}the connector's folder under plugin.path, then restart the worker]), or set {2|it} to a class that is there, such as org.apache.kafka.connect.json.JsonConverter for a converter",
     is_class_of_config, NULL},
    {"config-missing-key", ANY,
     "Missing required configuration \\\"([^\\\"]+)\\\" which has no default value",
     RULE_FATAL, false,
     "the setting {1|that the message names} must be there and is missing from the configuration",
     "Add {1|it} to the connector's configuration",
     NULL, NULL},
    {"config-topics", ANY,
     "Must configure one of topics or topics\\.regex|topics and topics\\.regex are mutually exclusive|[^\n]*has a DLQ topic[^\n]*|DLQ topic may not be included in the list of topics",
     RULE_FATAL, false,
     "the configuration must have exactly one of topics and topics.regex, and neither may take in the dead letter topic",
     "Set topics (names with commas) or topics.regex (a Java expression for whole names), not both; keep errors.deadletterqueue.topic.name out of it",
     NULL, NULL},
    {"config-override", ANY,
     "The '([A-Za-z]+)' policy does not allow '([^']+)' to be overridden",
     RULE_FATAL, false,
     "the worker does not let a connector set {2|a property} for its Kafka client[ (override policy {1})]",
     "Remove the setting that ends in {2|that name} from the connector (consumer.override. or producer.override.), or set connector.client.config.override.policy=All on the worker",
     NULL, NULL},
    {"config-bad-value", ANY,
     "Invalid value (.*) for configuration ([A-Za-z0-9._-]+)(: ([^\n]*))?",
     RULE_FATAL, false,
     "the setting {2|that the message names} does not take its value[ '{1}'][: {4}]",
     "Correct {2|the setting}[: {4}]; then restart the connector",
     NULL, words_bad_value},
    {"config-errors", ANY,
     "Connector configuration is invalid and contains the following ([0-9]+) error\\(s\\):? *([^\n]*)",
     RULE_FATAL, true,
     "Kafka Connect refused the configuration: it has {1|several} errors[: {2}]",
     "Correct what the message names; PUT /connector-plugins/CLASS/config/validate shows all of them",
     NULL, NULL},
    {"config-partitioner", ANY,
     "(Path format|Locale|Timezone|Partition duration|[Pp]artition field name) (cannot be empty|must be (a )?positive)[^\n]*",
     RULE_FATAL, false,
     "a setting that the partitioner or the rotation needs is missing[: {0}]",
     "Set all of path.format, locale, timezone and partition.duration.ms for a time partitioner (timezone alone for rotate.schedule.interval.ms, partition.field.name for the field partitioner); then restart the connector",
     NULL, NULL},
    {"config-other", ANY,
     "ConfigException: *([^\n]+)",
     RULE_FATAL, true,
     "the configuration is refused[: {1}]",
     "Correct the setting that the message names, then restart the connector",
     NULL, NULL},
    {"class-definition", ANY,
     "(NoClassDefFoundError|ClassNotFoundException): *(Could not initialize class )?([A-Za-z0-9_.$/]+)",
     RULE_FATAL, false,
     "a class that the plugin needs is not in it, or cannot be loaded[: {3}]",
     "Put the library that holds {3|it} into the plugin[ {plugin}] (take the ZIP with all dependencies, not the bare JAR). [{?msk}Make a new custom plugin from it and create the connector with that][{?own}Restart the worker afterwards]",
     NULL, NULL},
    {"class-version", ANY,
     "(NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError): *([^\n]+)",
     RULE_FATAL, false,
     "two versions of one library meet in the worker: {2|a method} is not in the one that was loaded",
     "Take the JARs of the plugin from one release of it, made for this version of Kafka Connect; leave out those that the worker has itself (kafka-clients, connect-api, aws-msk-iam-auth, slf4j)",
     NULL, NULL},
    {"java-version", ANY,
     "UnsupportedClassVersionError:? *([A-Za-z0-9_./$]+)?",
     RULE_FATAL, false,
     "the plugin[ (class {newer})] was built for a newer Java than the worker runs",
     "Use an older release of the plugin, or a worker with a newer Java[{?msk} (Kafka Connect 3.7.x on MSK Connect has Java 17, 2.7.1 has Java 11)]",
     NULL, NULL},
    {"class-cast", ANY,
     "ClassCastException: (class )?([A-Za-z0-9_.$]+) cannot be cast to (class )?([A-Za-z0-9_.$]+)",
     RULE_FATAL, false,
     "a value or class is not of the kind that is expected there[: {2} is not {4}]",
     "If both are classes of Kafka or of a converter: the library is loaded twice, leave it out of the plugin. Else: the records are not what the format or transform expects; take the converter that fits" RESTART,
     NULL, NULL},
};
/* clang-format on */

const struct rule_table rules_config = {rules, sizeof rules / sizeof *rules};
