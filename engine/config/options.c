#include "config/options.h"

#include <assert.h>
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/shown.h"
#include "base/url.h"
#include "config/decimal.h"
#include "pintop/config.h"

enum { SHOWN_MAX = 40 }; /* of a value that is refused */

#define MIB INT64_C(1048576)

/* The order is the one of `pintop config`. A default that depends on others stands before them
 * only for pintop.user.id and pintop.state.dir, which are worked out first. */
/* clang-format off */
const struct option option_table[] = {
    {"pintop.user.id", OPTION_NAME, .max = 63, .says = "demo on embedded",
     .help = "The operator's name that topics, bucket and role carry."},
    {"pintop.topics", OPTION_REGEX, .says = "<user.id>\\..*; without an id all but internal topics",
     .help = "Topics that are watched: a POSIX extended expression for the whole name."},
    {"pintop.topics.prefix", OPTION_NAME, .max = 63, .is_empty_ok = true, .says = "<user.id>.",
     .help = "What the name of a new topic must begin with; empty for no rule."},
    {"pintop.stream.rate", OPTION_RATE, .says = "10 on embedded, else original",
     .help = "Records a second of each stream."},
    {"pintop.stream.seed", OPTION_INT, .max = INT64_MAX, .fallback = "100",
     .help = "Synthetic records are a function of this seed and their index."},
    {"pintop.stream.source", OPTION_PATH, .fallback = "synthetic",
     .help = "synthetic, or a CSV or JSON file (gzip too), or a directory of them."},
    {"pintop.stream.dirty.pct", OPTION_DECIMAL, .max = 100, .fallback = "5",
     .help = "How many of a hundred synthetic values are dirty ones."},
    {"pintop.stream.key", OPTION_CHOICE, .words = "index none", .fallback = "index",
     .help = "The Kafka key of a record: its index, or none."},
    {"pintop.stream.window", OPTION_INT, .min = 16, .max = MIB, .fallback = "32768",
     .help = "Indexes of a stream that may be open at once; more than 32768 only cost memory."},
    {"pintop.stream.stop.after", OPTION_INT, .min = 1, .max = 31536000, .words = "off",
     .fallback = "off", .help = "Seconds after which a started stream stops."},
    {"pintop.stream.replay.at.end", OPTION_CHOICE, .words = "stop loop", .fallback = "stop",
     .help = "What a replayed file's stream does at the end of the file."},
#define STREAM_OPTIONS(stream)                                                                     \
    {"pintop.stream." stream ".topic", OPTION_NAME, .max = 249, .fallback = "<user.id>." stream,   \
     .help = "The topic of stream " stream "."},                                                   \
        {"pintop.stream." stream ".rate", OPTION_RATE, .says = "pintop.stream.rate",               \
         .help = "Records a second of stream " stream "."},                                        \
        {"pintop.stream." stream ".source", OPTION_PATH, .says = "pintop.stream.source",           \
         .help = "Where the records of stream " stream " come from."}
    STREAM_OPTIONS("pin"),
    STREAM_OPTIONS("geo"),
    STREAM_OPTIONS("user"),
#undef STREAM_OPTIONS
    {"pintop.stream.confirm.objects.per.hour", OPTION_INT, .max = INT64_C(1000000000000),
     .fallback = "100000", .help = "Starting above it asks first, with the price."},
    {"pintop.stop.timeout.ms", OPTION_INT, .max = 600000, .fallback = "5000",
     .help = "How long records in flight may come home at a stop."},
    {"pintop.aws.region", OPTION_TEXT, .says = "as the AWS command line finds it",
     .help = "The AWS region."},
    {"pintop.aws.profile", OPTION_TEXT, .says = "as the AWS command line finds it",
     .help = "The profile of the AWS configuration files."},
    {"pintop.aws.role.arn", OPTION_TEXT, .says = "as the AWS command line finds it",
     .help = "A role to assume."},
    {"pintop.aws.endpoint.url", OPTION_URL, .says = "as the AWS command line finds it",
     .help = "Where every AWS service is, in the place of AWS's own addresses."},
    {"pintop.aws.token.lifetime.s", OPTION_INT, .min = 10, .max = 900, .fallback = "900",
     .help = "Seconds that an MSK IAM token is good for; shorter ones are for tests."},
    {"pintop.msk.cluster", OPTION_TEXT,
     .help = "An MSK cluster's name or ARN; its bootstrap servers are then looked up."},
    {"pintop.connector.backend", OPTION_CHOICE, .words = "auto mskconnect connect embedded none",
     .fallback = "auto", .help = "Whom to ask about connectors."},
    {"pintop.connector.name", OPTION_TEXT, .says = "all connectors",
     .help = "The connector to watch."},
    {"pintop.connector.url", OPTION_URL, .may_have_user = true,
     .help = "The address of Kafka Connect's REST service."},
    {"pintop.connector.user", OPTION_TEXT, .help = "Who logs in there (basic authentication)."},
    {"pintop.connector.password", OPTION_TEXT, .is_secret = true,
     .help = "The password for that."},
    {"pintop.connector.group", OPTION_TEXT,
     .says = "from the connector's configuration, else connect-<name>",
     .help = "The consumer group of the sink."},
    {"pintop.connector.poll.ms", OPTION_INT, .min = 1000, .max = 3600000, .fallback = "5000",
     .help = "Time between two questions to the connector's back end."},
    {"pintop.connector.role.arn", OPTION_TEXT, .fallback = "<user.id>-ec2-access-role",
     .help = "The role a created connector runs as: ARN or name."},
    {"pintop.connector.mcu", OPTION_CHOICE, .words = "1 2 4 8", .fallback = "1",
     .help = "MSK Connect units of each worker of a created connector."},
    {"pintop.connector.workers", OPTION_INT, .min = 1, .max = 10, .fallback = "1",
     .help = "Workers of a created connector."},
    {"pintop.connector.version", OPTION_TEXT, .says = "newest",
     .help = "The Kafka Connect version of a created connector."},
    {"pintop.connector.subnet", OPTION_NAME, .max = 64, .says = "the cluster's only VPC",
     .help = "A subnet of the VPC for a created connector, where MSK Serverless is in several."},
    {"pintop.connector.log.group", OPTION_TEXT, .says = "made",
     .help = "The CloudWatch log group of a created connector."},
    {"pintop.plugin.name", OPTION_TEXT, .fallback = "<user.id>-plugin",
     .help = "The custom plugin's name in MSK Connect."},
    {"pintop.plugin.zip", OPTION_PATH, .help = "The sink plugin's zip file to upload."},
    {"pintop.keypair.parameter", OPTION_TEXT, .says = "/ec2/keypair/<id>",
     .help = "The Parameter Store parameter with the private key."},
    {"pintop.keypair.file", OPTION_PATH, .help = "The local file of the private key."},
    {"pintop.ssh.host", OPTION_TEXT, .says = "found", .help = "The host that ! connects to."},
    {"pintop.ssh.user", OPTION_TEXT, .fallback = "ec2-user", .help = "The user on that host."},
    {"pintop.bucket", OPTION_TEXT, .fallback = "<user.id>-bucket",
     .help = "The bucket the sink writes to."},
    {"pintop.sink.dir", OPTION_PATH, .fallback = "<state.dir>/sink",
     .help = "Where the embedded sink writes."},
    {"pintop.sink.flush.size", OPTION_INT, .min = 1, .max = 1000000, .fallback = "1000",
     .help = "Records of one object of the embedded sink."},
    {"pintop.sink.rotate.ms", OPTION_INT, .min = 100, .max = 3600000, .fallback = "5000",
     .help = "The longest time the embedded sink keeps an object open."},
    {"pintop.sink.limit.bytes", OPTION_INT, .min = MIB, .max = INT64_C(1) << 50,
     .fallback = "1073741824",
     .help = "The embedded sink's directory; oldest objects leave first."},
    {"pintop.state.dir", OPTION_PATH, .says = "$XDG_STATE_HOME/pintop",
     .help = "Where checkpoints, the lock and the embedded sink live."},
    {"pintop.readonly", OPTION_CHOICE, .words = "off on", .fallback = "off",
     .help = "on: refuse everything that changes something, as --readonly does."},
    {"pintop.record", OPTION_PATH, .words = "off", .fallback = "off",
     .help = "A file that takes every snapshot, or off."},
    {"pintop.log.file", OPTION_PATH, .help = "The file that log lines are added to (--log-file)."},
    {"pintop.log.level", OPTION_CHOICE, .words = "debug info notice warning error",
     .fallback = "info", .help = "The least severity of a log line that is kept (-v: debug)."},
};
/* clang-format on */
_Static_assert(sizeof option_table / sizeof *option_table == OPTION_COUNT, "OPTION_COUNT");

int option_find(const char *name)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (strcmp(option_table[i].name, name) == 0)
            return i;
    }
    return -1;
}

void option_environment_name(const struct option *option, char *out, size_t cap)
{
    size_t i = 0;
    for (; option->name[i] && i + 1 < cap; i++) {
        char c = option->name[i];
        out[i] = c == '.' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    out[i] = 0;
}

int option_find_environment(const char *variable)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        char name[64];
        option_environment_name(&option_table[i], name, sizeof name);
        if (strcmp(name, variable) == 0)
            return i;
    }
    return -1;
}

/* "stop loop" → "stop or loop". */
static void words_text(const char *words, char *out, size_t cap)
{
    size_t used = 0;
    out[0] = 0;
    while (*words && used < cap) {
        size_t len = strcspn(words, " ");
        bool is_last = words[len] == 0;
        const char *glue = used == 0 ? "" : is_last ? " or " : ", ";
        used += (size_t)snprintf(out + used, cap - used, "%s%.*s", glue, (int)len, words);
        words += len + !is_last;
    }
}

static bool is_word_of(const char *words, const char *value)
{
    size_t value_len = strlen(value);
    while (words && *words) {
        size_t len = strcspn(words, " ");
        if (len == value_len && memcmp(words, value, len) == 0)
            return true;
        words += len + (words[len] != 0);
    }
    return false;
}

void option_values(const struct option *option, char *out, size_t cap)
{
    char words[80] = "";
    if (option->words)
        words_text(option->words, words, sizeof words);
    const char *also = *words ? ", or " : "";
    switch (option->kind) {
    case OPTION_TEXT:
        snprintf(out, cap, "text%s%s", also, words);
        return;
    case OPTION_PATH:
        snprintf(out, cap, "a path%s%s", also, words);
        return;
    case OPTION_NAME:
        snprintf(out, cap, "up to %" PRId64 " letters, digits, . _ -", option->max);
        return;
    case OPTION_INT:
        snprintf(out, cap, "an integer from %" PRId64 " to %" PRId64 "%s%s", option->min,
                 option->max, also, words);
        return;
    case OPTION_DECIMAL:
        snprintf(out, cap, "a number from %" PRId64 " to %" PRId64, option->min, option->max);
        return;
    case OPTION_RATE:
        snprintf(out, cap, "0.1 and up, max, or original");
        return;
    case OPTION_CHOICE:
        snprintf(out, cap, "%s", words);
        return;
    case OPTION_REGEX:
        snprintf(out, cap, "a POSIX extended regular expression");
        return;
    case OPTION_URL:
        snprintf(out, cap, "http://HOST:PORT or https://HOST:PORT, with a path or not");
        return;
    }
    assert(!"kind of option");
}

static bool is_name(const char *value, int64_t max_len)
{
    size_t len = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    if (value[len] != 0 || (int64_t)len > max_len)
        return false;
    return strcmp(value, ".") != 0 && strcmp(value, "..") != 0;
}

/* Why the expression does not compile; false when it does. */
static bool has_regex_fault(const char *value, char *why, size_t cap)
{
    regex_t regex;
    int rc = regcomp(&regex, value, REG_EXTENDED | REG_NOSUB);
    if (rc == 0) {
        regfree(&regex);
        return false;
    }
    regerror(rc, &regex, why, cap);
    return true;
}

static bool has_url_fault(const struct option *option, const char *value, char *why, size_t cap)
{
    const char *fault = url_fault(value, option->may_have_user);
    if (fault != NULL)
        snprintf(why, cap, "it %s", fault);
    return fault != NULL;
}

static bool is_valid(const struct option *option, const char *value, char *why, size_t cap)
{
    int64_t integer;
    double number;
    if (is_word_of(option->words, value))
        return true;
    switch (option->kind) {
    case OPTION_TEXT:
    case OPTION_PATH:
        return true;
    case OPTION_NAME:
        return is_name(value, option->max);
    case OPTION_INT:
        return decimal_int(value, &integer) && integer >= option->min && integer <= option->max;
    case OPTION_DECIMAL:
        return decimal_parse(value, &number) && number >= (double)option->min &&
               number <= (double)option->max;
    case OPTION_RATE:
        return pt_rate_parse(value, &number, NULL) == PT_OK;
    case OPTION_CHOICE:
        return false;
    case OPTION_REGEX:
        return !has_regex_fault(value, why, cap);
    case OPTION_URL:
        return !has_url_fault(option, value, why, cap);
    }
    return false;
}

pt_code option_check(const struct option *option, const char *value, const char *where,
                     struct pt_error *err)
{
    char why[96] = "", allowed[128], fix[PT_FIX_MAX], text[512];
    if (is_valid(option, value, why, sizeof why))
        return PT_OK;
    option_values(option, allowed, sizeof allowed);
    /* Its secrets first: what is left of one that was cut may no longer look like it. */
    bool is_login = option->kind == OPTION_URL && strstr(value, "://") == NULL &&
                    strchr(value, '@') != NULL; /* it has no shape without its scheme */
    size_t len = shown_str(text, sizeof text, is_login ? "***" : value);
    if (len > SHOWN_MAX)
        snprintf(text + SHOWN_MAX, sizeof text - SHOWN_MAX, "...");
    if (why[0] == 0)
        snprintf(why, sizeof why, "it must be %.80s", allowed);
    const char *word = option->fallback ? option->fallback : option->says;
    snprintf(fix, sizeof fix, "Set it to %s%s%s%s", allowed, word ? " (default: " : "",
             word ? word : "", word ? ")" : "");
    return pt_error_set(err, PT_ECONFIG, fix, "%s: %s=%s: %s", where, option->name, text, why);
}
