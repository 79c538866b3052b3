#include "config/options.h"

#include <assert.h>
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/shard.h"
#include "base/shown.h"
#include "base/url.h"
#include "config/decimal.h"
#include "pintop/config.h"
#include "pintop/link.h"

enum { SHOWN_MAX = 40 }; /* of a value that is rejected */

#define MIB INT64_C(1048576)

/* The order is that of `pintop config`. A default that depends on others stands before them only
 * for pintop.user.id and pintop.state.dir, which are resolved first. */
/* clang-format off */
const struct option option_table[] = {
    {"pintop.user.id", OPTION_NAME, PT_SAME_ALWAYS, .max = 63, .says = "demo on embedded",
     .help = "The operator's name, which is part of the names of topics, bucket and role."},
    {"pintop.topics", OPTION_REGEX, PT_SAME_ALWAYS,
     .says = "<user.id>\\..*; without an id all but internal topics",
     .help = "Topics that are watched: a POSIX extended expression for the whole name."},
    {"pintop.topics.prefix", OPTION_NAME, PT_SAME_ALWAYS, .max = 63, .is_empty_ok = true,
     .says = "<user.id>.",
     .help = "The prefix of new topic names; empty for no rule."},
    {"pintop.stream.rate", OPTION_RATE, PT_SAME_RUN, .says = "10 on embedded, else original",
     .help = "Records per second of each stream."},
    {"pintop.stream.seed", OPTION_INT, PT_SAME_RUN, .max = INT64_MAX, .fallback = "100",
     .help = "Synthetic records are a function of this seed and their index."},
    {"pintop.stream.source", OPTION_PATH, PT_SAME_RUN, .fallback = "synthetic",
     .help = "synthetic, or a CSV or JSON file (gzip too), or a directory of them."},
    {"pintop.stream.dirty.pct", OPTION_DECIMAL, PT_SAME_RUN, .max = 100, .fallback = "5",
     .help = "Percentage of the synthetic values that are dirty."},
    {"pintop.stream.key", OPTION_CHOICE, PT_SAME_RUN, .words = "index none", .fallback = "index",
     .help = "The Kafka key of a record: its index, or none."},
    {"pintop.stream.window", OPTION_INT, PT_SAME_RUN, .min = 16, .max = MIB, .fallback = "32768",
     .help = "Records of a stream whose outcome may be open at once; more than 32768 only cost memory."},
    {"pintop.stream.shard", OPTION_SHARD, PT_SAME_RUN, .fallback = "1/1",
     .help = "The part i/n of the indexes that the streams here make (--shard)."},
    {"pintop.stream.stop.after", OPTION_INT, PT_SAME_RUN, .min = 1, .max = 31536000,
     .words = "off",
     .fallback = "off", .help = "Seconds after which a started stream stops."},
    {"pintop.stream.replay.at.end", OPTION_CHOICE, PT_SAME_RUN, .words = "stop loop",
     .fallback = "stop",
     .help = "What a replayed file's stream does at the end of the file."},
#define STREAM_OPTIONS(stream)                                                                     \
    {"pintop.stream." stream ".topic", OPTION_NAME, PT_SAME_RUN, .max = 249,                       \
     .fallback = "<user.id>." stream,                                                              \
     .help = "The topic of stream " stream "."},                                                   \
        {"pintop.stream." stream ".rate", OPTION_RATE, PT_SAME_RUN, .says = "pintop.stream.rate",  \
         .help = "Records per second of stream " stream "."},                                        \
        {"pintop.stream." stream ".source", OPTION_PATH, PT_SAME_RUN,                              \
         .says = "pintop.stream.source",                                                           \
         .help = "Where the records of stream " stream " come from."}
    STREAM_OPTIONS("pin"),
    STREAM_OPTIONS("geo"),
    STREAM_OPTIONS("user"),
#undef STREAM_OPTIONS
    {"pintop.stream.confirm.objects.per.hour", OPTION_INT, PT_SAME_NOT,
     .max = INT64_C(1000000000000),
     .fallback = "100000", .help = "Objects per hour above which starting a stream asks first, with the price."},
    {"pintop.stop.timeout.ms", OPTION_INT, PT_SAME_NOT, .max = PT_STOP_MAX_MS, .fallback = "5000",
     .help = "How long a stop waits for the acknowledgements of records in flight."},
    {"pintop.aws.region", OPTION_TEXT, PT_SAME_ALWAYS, .says = "as the AWS command line finds it",
     .help = "The AWS region."},
    {"pintop.aws.profile", OPTION_TEXT, PT_SAME_ALWAYS,
     .says = "as the AWS command line finds it",
     .help = "The profile of the AWS configuration files."},
    {"pintop.aws.role.arn", OPTION_TEXT, PT_SAME_ALWAYS,
     .says = "as the AWS command line finds it",
     .help = "A role to assume."},
    {"pintop.aws.endpoint.url", OPTION_URL, PT_SAME_ALWAYS,
     .says = "as the AWS command line finds it",
     .help = "The endpoint of all AWS services, instead of AWS's own."},
    {"pintop.aws.token.lifetime.s", OPTION_INT, PT_SAME_NOT, .min = 10, .max = 900,
     .fallback = "900",
     .help = "Lifetime of an MSK IAM token in seconds; shorter ones are for tests."},
    {"pintop.msk.cluster", OPTION_TEXT, PT_SAME_ALWAYS,
     .help = "Name or ARN of an MSK cluster, which is looked up; auto: the only one there is."},
    {"pintop.connector.backend", OPTION_CHOICE, PT_SAME_ALWAYS,
     .words = "auto mskconnect connect embedded none",
     .fallback = "auto", .help = "The service that manages the connectors."},
    {"pintop.connector.name", OPTION_TEXT, PT_SAME_ALWAYS, .says = "all connectors",
     .help = "The connector to watch."},
    {"pintop.connector.url", OPTION_URL, PT_SAME_ALWAYS, .may_have_user = true,
     .help = "The address of Kafka Connect's REST service."},
    {"pintop.connector.user", OPTION_TEXT, PT_SAME_ALWAYS,
     .help = "The user name for it (basic authentication)."},
    {"pintop.connector.password", OPTION_TEXT, PT_SAME_NOT, .is_secret = true,
     .help = "The password for it."},
    {"pintop.connector.group", OPTION_TEXT, PT_SAME_ALWAYS,
     .says = "from the connector's configuration, else connect-<name>",
     .help = "The consumer group of the sink."},
    {"pintop.connector.poll.ms", OPTION_INT, PT_SAME_NOT, .min = 1000, .max = 3600000,
     .fallback = "5000",
     .help = "Time between two polls of the connector's back end."},
    {"pintop.connector.role.arn", OPTION_TEXT, PT_SAME_ALWAYS,
     .fallback = "<user.id>-ec2-access-role",
     .help = "The role of a created connector: ARN or name."},
    {"pintop.connector.mcu", OPTION_CHOICE, PT_SAME_ALWAYS, .words = "1 2 4 8", .fallback = "1",
     .help = "MCUs of each worker of a created connector."},
    {"pintop.connector.workers", OPTION_INT, PT_SAME_ALWAYS, .min = 1, .max = 10, .fallback = "1",
     .help = "Workers of a created connector."},
    {"pintop.connector.version", OPTION_TEXT, PT_SAME_ALWAYS, .says = "newest",
     .help = "The Kafka Connect version of a created connector."},
    {"pintop.connector.subnet", OPTION_NAME, PT_SAME_ALWAYS, .max = 64,
     .says = "the cluster's only VPC",
     .help = "A subnet of the VPC for a created connector, when MSK Serverless is in several VPCs."},
    {"pintop.connector.log.group", OPTION_TEXT, PT_SAME_ALWAYS, .says = "made",
     .help = "The CloudWatch log group of a created connector."},
    {"pintop.plugin.name", OPTION_TEXT, PT_SAME_ALWAYS, .fallback = "<user.id>-plugin",
     .help = "The custom plugin's name in MSK Connect."},
    {"pintop.plugin.zip", OPTION_PATH, PT_SAME_ALWAYS,
     .help = "The sink plugin's zip file to upload."},
    {"pintop.keypair.parameter", OPTION_TEXT, PT_SAME_ALWAYS, .says = "/ec2/keypair/<id>",
     .help = "The Parameter Store parameter with the private key."},
    {"pintop.keypair.file", OPTION_PATH, PT_SAME_ALWAYS,
     .says = "<key pair>.pem here, else in ~/.ssh",
     .help = "The local file of the private key."},
    {"pintop.ssh.host", OPTION_TEXT, PT_SAME_ALWAYS, .says = "found by UserID or key pair",
     .help = "The EC2 host: a name, an address or an instance ID, with :PORT or without."},
    {"pintop.ssh.user", OPTION_TEXT, PT_SAME_ALWAYS, .fallback = "ec2-user",
     .help = "The user on that host."},
    {"pintop.bucket", OPTION_TEXT, PT_SAME_ALWAYS, .fallback = "<user.id>-bucket",
     .help = "The bucket the sink writes to."},
    {"pintop.sink.dir", OPTION_PATH, PT_SAME_ALWAYS, .fallback = "<state.dir>/sink",
     .help = "The directory that the embedded sink writes to."},
    {"pintop.sink.flush.size", OPTION_INT, PT_SAME_RUN, .min = 1, .max = 1000000,
     .fallback = "1000",
     .help = "Records per object of the embedded sink."},
    {"pintop.sink.rotate.ms", OPTION_INT, PT_SAME_RUN, .min = 100, .max = 3600000,
     .fallback = "5000",
     .help = "The longest time the embedded sink keeps an object open."},
    {"pintop.sink.limit.bytes", OPTION_INT, PT_SAME_RUN, .min = MIB, .max = INT64_C(1) << 50,
     .fallback = "1073741824",
     .help = "Size limit of the embedded sink's directory; the oldest objects are deleted first."},
    {"pintop.state.dir", OPTION_PATH, PT_SAME_NOT, .says = "$XDG_STATE_HOME/pintop",
     .help = "The directory of checkpoints, the lock and the embedded sink."},
    {"pintop.readonly", OPTION_CHOICE, PT_SAME_NOT, .words = "off on", .fallback = "off",
     .help = "on: refuse everything that changes something, like --readonly."},
    {"pintop.theme", OPTION_CHOICE, PT_SAME_NOT, .words = "default safe light mono",
     .fallback = "default",
     .help = "Colours: safe is blue and orange, light for a light background, mono has none."},
    {"pintop.band", OPTION_CHOICE, PT_SAME_NOT, .words = "none red yellow green blue magenta cyan",
     .fallback = "none",
     .help = "A colour for the title row, which then names the context. red: questions name it, too."},
    {"pintop.bell", OPTION_CHOICE, PT_SAME_NOT, .words = "off on", .fallback = "off",
     .help = "on: the dashboard rings the terminal's bell when the pipeline gets STALLED or FAILED."},
    {"pintop.title", OPTION_CHOICE, PT_SAME_NOT, .words = "off on", .fallback = "off",
     .help = "on: the terminal's title begins with the verdict while it is STALLED or FAILED."},
    {"pintop.record", OPTION_PATH, PT_SAME_NOT, .words = "off on", .fallback = "off",
     .help = "on: record to <state.dir>/record; or a file to record to. Unset: as you answered once."},
    {"pintop.record.hours", OPTION_INT, PT_SAME_NOT, .min = 1, .max = 8760, .fallback = "24",
     .help = "How long the recordings in <state.dir>/record are kept."},
    {"pintop.record.limit.bytes", OPTION_INT, PT_SAME_NOT, .min = MIB, .max = INT64_C(1) << 40,
     .fallback = "67108864",
     .help = "Size limit of <state.dir>/record; the oldest recordings are deleted first."},
    {"pintop.log.file", OPTION_PATH, PT_SAME_NOT,
     .help = "The file that log lines are appended to (--log-file)."},
    {"pintop.log.level", OPTION_CHOICE, PT_SAME_NOT, .words = "debug info notice warning error",
     .fallback = "info", .help = "The lowest severity of log lines that are kept (-v: debug)."},
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
    case OPTION_SHARD:
        snprintf(out, cap, "i/n, with i from 1 to n and n at most %d", SHARDS_MAX);
        return;
    }
    assert(!"kind of option");
}

static bool options_is_name(const char *value, int64_t max_len)
{
    size_t len = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    if (value[len] != 0 || (int64_t)len > max_len)
        return false;
    return strcmp(value, ".") != 0 && strcmp(value, "..") != 0;
}

/* Finds why the expression does not compile; returns false when it does. */
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
    struct shard shard;
    if (is_word_of(option->words, value))
        return true;
    switch (option->kind) {
    case OPTION_TEXT:
    case OPTION_PATH:
        return true;
    case OPTION_NAME:
        return options_is_name(value, option->max);
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
    case OPTION_SHARD:
        return shard_parse(value, &shard);
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
    /* Secrets are masked first: the rest of one that was cut off might no longer be recognised. */
    bool is_login = option->kind == OPTION_URL && strstr(value, "://") == NULL &&
                    strchr(value, '@') != NULL; /* it cannot be recognised without its scheme */
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
