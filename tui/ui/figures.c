#include "ui/figures.h"

/* Where many figures come from. */
#define ENGINE "this pintop's engine"
#define OFFSETS "the brokers' high watermarks, asked for all watched topics at once"
#define GROUP "the committed offsets of the sink's consumer group"
#define METADATA "the cluster's metadata"
#define WITNESSES "the witnesses of the connector, which the Connector page lists"

/* How old they may be. */
#define NOW "none, it is counted as it happens"
#define EACH_SECOND "1 s; up to 30 s for topics that are not on the screen of a very large cluster"
#define TEN_SECONDS "10 s"
#define LAG_AGE "5 s; up to 60 s for a connector that nobody looks at"
#define SAID "shown beside it, in the column AGE"

/* clang-format off */
static const struct figure figures[] = {
    {"Title", "N/M brokers", "brokers",
     "How many brokers pintop has a connection to, out of those that the cluster names.",
     "librdkafka's statistics and " METADATA, "1 s"},
    {NULL, "03:12Z 2s", "",
     "The time in UTC, or after t in local time with its zone, and the age of what the screen shows. The age grows when the engine no "
     "longer answers.", "this host's clock", NOW},
    {NULL, "FROZEN", "",
     "The screen was frozen at that time with p. The engine goes on, and p shows it again.",
     "this host's clock", NOW},

    {"Overview: verdict", "OK since 01:52Z (1h20m)", "",
     "The verdict on the whole pipeline: the first hop of generated, delivered, in topic, committed "
     "and newest object that does not move, and since when. `pintop help verdicts` explains the "
     "words. \"or before\" behind the time says that it was so already when pintop began to look.",
     "all that this page shows", "1 s, or the age of the oldest fact that it needs"},
    {NULL, "token ok 11m02s", "",
     "How long the token for Amazon MSK is still good, when it is renewed, and when the credentials "
     "behind it expire. The Auth page has it in full.", "the login", NOW},

    {NULL, "generated ==> delivered", "",
     "The pipeline from left to right. A double line says that records pass, a single one that none "
     "do, ? that it is unknown. The place that the verdict is about has its word and a sign. A "
     "number is the gap in records, and the bar before it grows with each power of ten.",
     "the verdict, the account, the offsets and the store", "1 s, or the age of the oldest fact"},
    {"Overview: topics", "STATE", "",
     "What the stream does: stopped, starting, running, waiting (the brokers do not answer and its "
     "window is full), held (the embedded sink is behind), stopping, done, error, or elsewhere "
     "(another pintop runs it).", ENGINE, NOW},
    {NULL, "PACE", "records/s",
     "The rate at which the stream is to make records; orig is the pace of the original emulator, "
     "max is as fast as it can.", "your setting", NOW},
    {NULL, "IN/s", "records/s",
     "Records that arrive in the topic, whoever sends them: the mean of the last 5 seconds.",
     OFFSETS, EACH_SECOND},
    {NULL, "OUT/s", "records/s",
     "Records that the sink takes from the topic: the mean of the last 5 seconds.",
     GROUP, EACH_SECOND},
    {NULL, "RECENT", "",
     "IN/s over the last minutes: each bar is the mean of ten seconds, the newest at the right, in "
     "proportion to the highest one. A blank is unknown. Shown where the terminal is wide "
     "enough.",
     OFFSETS, EACH_SECOND},
    {NULL, "QUEUED", "records",
     "The part of FLIGHT that has not been sent to a broker yet.", "librdkafka's statistics",
     "1 s"},
    {NULL, "FLIGHT", "records",
     "Records that were made and whose outcome is open: neither acknowledged nor failed. Never more "
     "than pintop.stream.window.", ENGINE, NOW},
    {NULL, "OLDEST", "ms, s, m, h, d",
     "The age of the oldest record that no broker has acknowledged. A hop is judged by this.",
     ENGINE, NOW},
    {NULL, "P50, P99", "ms, s",
     "The time from making a record to the broker's acknowledgement: half of the records, or 99 of "
     "100, took no longer.", "delivery reports", NOW},
    {NULL, "FAILED", "records",
     "Records that a broker refused for good. On a narrow screen the column takes the place of P99 when it is not 0.",
     "delivery reports", NOW},
    {NULL, "MB/s", "million bytes/s",
     "The values of the records that were delivered: the mean of the last 5 seconds.",
     "delivery reports", NOW},
    {NULL, "GENERATED, DELIVERED", "records",
     "Records that this run has made, and those of them that a broker has acknowledged.",
     ENGINE, NOW},
    {NULL, "LAG", "records",
     "Records in the topic that the sink has not committed yet and that can still be read.",
     OFFSETS ", and " GROUP, EACH_SECOND},

    {"Overview: flow", "generated", "records",
     "Records made since the account of the stream began, over all runs.", ENGINE, NOW},
    {NULL, "delivered", "records",
     "Those of them that a broker has acknowledged.", ENGINE, NOW},
    {NULL, "in topic", "records",
     "Records in the topic since the account began; without an account, since offset 0.",
     OFFSETS, EACH_SECOND},
    {NULL, "committed", "records", "Those of them that the sink has committed.",
     GROUP, EACH_SECOND},
    {NULL, "newest object", "",
     "When the newest object of the topic was written, and its age. A ! follows when it is older "
     "than a minute and records wait.", "the store's list of objects, or the embedded sink",
     "10 s to 5 min; the embedded sink tells it at once"},
    {NULL, "-n> +n> ==> -->", "records",
     "The figure on the right is n behind the one on the left, n ahead of it, or equal to it; --> "
     "says that one of the two is not known. A figure on the right can be ahead when others send "
     "into the topic too, or after records were sent twice.", "the two figures", "as theirs"},

    {"Overview: chart", "in, out", "records/s",
     "What arrives in all watched topics, and what the sink takes from them, one sample a second. "
     "What arrives is the area, what the sink takes the line over it. The chart is a sweep: new "
     "samples overwrite the oldest behind a gap. A gap in the curve is a time of which nothing is "
     "known. A longer time is made of minutes; those before this pintop's start are what was "
     "recorded of the same servers, topics and group. Tab goes to the chart; the arrows then read "
     "the values of one second.",
     OFFSETS ", and " GROUP, "1 s"},
    {NULL, "V C S R A !", "",
     "What happened in the second above: the pipeline's verdict changed (V), something of a "
     "connector (C), of a stream that was started, stopped or changed (S), a pintop began after "
     "another one had ended (R), or a warning of any of them (!). The events have it in full. Left "
     "of A the samples are CloudWatch's: means of the rate in, and the highest lag, of 5 minutes; "
     "on a cluster of MSK it is asked for up to 500 figures at the start, which AWS charges, and "
     "each ten minutes while no broker can be reached. The events say why it tells nothing.",
     "this pintop's events, the recording, CloudWatch", NOW},

    {"Overview: sink", "API: RUNNING", "",
     "The state in the words of Kafka Connect or MSK Connect. It is one witness among others; the "
     "verdict weighs all of them.", "Kafka Connect or MSK Connect",
     "5 s (pintop.connector.poll.ms)"},
    {NULL, "tasks 1 of 3", "tasks", "The tasks that run, of those that there are.",
     "Kafka Connect, or CloudWatch for MSK Connect", "5 s; CloudWatch 1 to 5 min"},
    {NULL, "lag 340 -14.2/s", "records, records/s",
     "The lag over all partitions that the connector reads, and how it grows or shrinks.",
     GROUP, LAG_AGE},
    {NULL, "LOST", "records",
     "Records that the embedded sink did not find any more when it came to them: the cluster inside "
     "the program keeps only the newest of a partition.", "gaps in the offsets that it reads", NOW},
    {NULL, "objects, MB", "objects, bytes",
     "What the embedded sink has written and still keeps; expired objects were removed at "
     "pintop.sink.limit.bytes.", "the embedded sink", NOW},

    {"Topics", "PARTS, REPL", "partitions, copies",
     "The partitions of the topic, and how many brokers keep a copy of each.", METADATA,
     TEN_SECONDS},
    {NULL, "RECORDS", "records",
     "The distance from the first to the next offset, over all partitions. A compacted topic holds "
     "fewer.", "the brokers' watermarks", EACH_SECOND},
    {NULL, "HEALTH", "partitions",
     "ok; N no leader: nothing can be written to or read from N partitions now; N behind: N "
     "partitions have fewer copies in sync than they should.", METADATA, TEN_SECONDS},

    {"Topics: the AWS-only view", "Brokers out of reach", "",
     "No broker of an MSK cluster can be reached from here, and AWS tells the topics in their place. "
     "RECORDS and OUT/s are unknown then. IN/s is a mean of a minute, which CloudWatch has from the "
     "monitoring level PER_TOPIC_PER_BROKER on. Each minute asks CloudWatch for up to 500 figures, which AWS charges. "
     "It ends when a broker answers.",
     "MSK's topic operations and CloudWatch", "shown beside it; asked once a minute"},

    {"A topic's partitions", "LEADER, REPLICAS", "broker ids",
     "The broker that takes records for the partition, and all brokers that keep a copy.", METADATA,
     "shown in the line above"},
    {NULL, "SYNC", "copies", "The copies that are up to date, of all copies.", METADATA,
     "shown in the line above"},
    {NULL, "LOW, HIGH", "offsets",
     "The first offset that can still be read, and the one that the next record gets.",
     "the brokers' watermarks", "shown in the line above"},
    {NULL, "COMMITTED, LAG", "offset, records",
     "The group's committed offset in the partition, and the records not committed yet.",
     GROUP, "shown in the line above"},

    {"A topic's groups", "GROUP, STATE", "",
     "A consumer group that has committed offsets of the topic or reads it now, and its state as its "
     "coordinator says it: Stable, Empty (no member), PreparingRebalance, CompletingRebalance, Dead. "
     "denied says that a permission is missing, which Enter names. Brokers list only the groups "
     "that the principal may describe.",
     "the brokers' list of groups, asked while it is shown", "shown in the line above"},
    {NULL, "MEMBERS", "consumers", "The consumers in the group, also those of its other topics.",
     "the group's coordinator", "shown in the line above"},
    {NULL, "PARTS", "partitions",
     "The partitions of the topic in which the group has committed an offset, of all.",
     "the group's committed offsets", "shown in the line above"},
    {NULL, "Groups: LAG", "records",
     "The records of the topic that the group has not committed and can still read; all records of "
     "a partition in which it has never committed. A + behind it says that the lag of a partition is "
     "unknown and not in the sum.",
     "the group's committed offsets and the brokers' watermarks", "shown in the line above"},

    {"Brokers", "BROKER", "",
     "The id of the broker and the address that it tells its clients to use. The line above names the "
     "controller; in a KRaft cluster brokers name one of themselves in its place.", METADATA,
     TEN_SECONDS},
    {NULL, "Brokers: STATE", "",
     "Whether pintop is connected to it: up, connecting, down. A broker that is only named as a "
     "replica is down.", "librdkafka's statistics and " METADATA, "1 s"},
    {NULL, "RACK", "",
     "Its broker.rack, on MSK the availability zone; none where it has none; a dash where it is "
     "unknown. Before librdkafka 2.3 it is asked of the brokers' configurations, for which "
     "DescribeConfigs on the cluster is needed.",
     "the metadata, or the broker's configuration", "10 min"},
    {NULL, "RTT, RTT-P99", "ms",
     "The round trip of this pintop's requests to it, mean and 99th percentile: while records are "
     "sent to it, of the producer's requests in the last second, which also wait for the copies; else "
     "of the requests that watch the cluster, in five seconds. A dash while there are none.",
     "librdkafka's statistics", "1 s; without records at most 15 s"},
    {NULL, "THROTTLE", "ms",
     "For how long it has asked this pintop to wait, because of a quota: the mean of the last second "
     "for the producer, of five seconds for the requests that watch; the longer of the two.",
     "librdkafka's statistics", "1 s; without records at most 15 s"},
    {NULL, "LEADS", "partitions",
     "Partitions that it leads, of the topics that this principal may see.", METADATA, TEN_SECONDS},
    {NULL, "BEHIND", "partitions",
     "Partitions of which it has a copy that is not in sync.", METADATA, TEN_SECONDS},
    {NULL, "SENT/s", "bytes/s",
     "What this pintop sends to it: records, the mean of the last second, and the requests that watch "
     "the cluster, the mean of five seconds. A dash without a connection to it.",
     "librdkafka's statistics", "1 s; without records at most 15 s"},

    {"Connectors", "VERDICT, CAUSE, SINCE", "",
     "The verdict on each connector, why, and since when; the worst stand first.", WITNESSES,
     "1 s, or the age of the oldest fact that it needs"},
    {NULL, "TASKS", "tasks", "The tasks that run, of those that there are.",
     "Kafka Connect, or CloudWatch for MSK Connect", "5 s; CloudWatch 1 to 5 min"},

    {"A connector", "Cause, Next, Safe", "",
     "Why it has its verdict and the rule that says so; what to do; how many records wait in Kafka "
     "and when the first of them is deleted (retention).", WITNESSES,
     "1 s, or the age of the oldest fact that it needs"},
    {NULL, "WITNESS, SAYS", "",
     "One line for each witness. A ! stands before one that says that something is wrong.",
     "in the column SOURCE", SAID},
    {NULL, "SINCE", "", "Since when the witness says so.", "in the column SOURCE", SAID},
    {NULL, "AGE", "s, m, h", "How long ago the witness was asked.", "this host's clock", NOW},
    {NULL, "SOURCE", "",
     "Where the answer came from; CloudW. is CloudWatch, CW Logs is CloudWatch Logs, S3 list is a "
     "listing of the bucket.", "the witness", SAID},
    {NULL, "Lag: COMMIT", "s, m, h",
     "How long ago the group committed in that partition for the last time, as far as pintop has "
     "seen it.", GROUP, LAG_AGE},
    {NULL, "Cost", "objects/h, USD/h",
     "How many objects the sink makes at the present rate, and what Amazon S3 charges for the PUT "
     "requests by its list price in us-east-1.", "the connector's settings and its rate", "5 s"},
    {NULL, "Catch up", "s, m, h",
     "When the lag is gone if it goes on shrinking as it does.", GROUP, LAG_AGE},
    {NULL, "Log", "lines",
     "Lines of the worker's log of the last 15 minutes; repeats are shown once, with a count.", "CloudWatch Logs, or the tasks' traces", "5 s while the section is open"},

    {"Auth", "token", "m, s",
     "How long the token is good for, of the time it was given. It expires after 15 minutes, "
     "or when the credentials do if that is earlier.", "the token that pintop signed", NOW},
    {NULL, "renewal", "m, s", "When pintop makes the next token.", "librdkafka's schedule", NOW},
    {NULL, "credentials", "h, m",
     "When the credentials behind the token expire, and when pintop gets new ones.",
     "the provider of the credentials", NOW},
    {NULL, "you are", "", "The caller's ARN.", "AWS STS", "each renewal of the credentials"},
    {NULL, "clock", "s",
     "AWS's clock minus this host's. AWS refuses requests signed with a clock that is minutes off; pintop corrects for the difference.",
     "the Date header of AWS's answers", "shown beside it"},
    {NULL, "brokers say", "",
     "What a broker last said against this login, and what that means.", "the brokers",
     "shown beside it"},

    {"Log: the last lines", "sent, most", "bytes/s",
     "What this screen sends to the terminal: the mean of the last 10 seconds, and the highest second of the last minute.",
     "this pintop's writes", "5 s"},
    {NULL, "frames/s", "frames/s",
     "How often something on the screen was changed: the mean of the last 10 seconds.",
     "this pintop's writes", "5 s"},
    {NULL, "round trip", "ms",
     "From a request for the terminal's status to its answer, with all that was waiting before it. Inside tmux or screen it is they that answer.",
     "the terminal (ESC [ 5 n)", "10 s; elsewhere it is asked once a minute"},
    {NULL, "CPU", "% of one core",
     "What this process uses, with the engine and the streams in it: the mean of the last 10 seconds.",
     "the system", "5 s"},
    {NULL, "updates every", "s",
     "How often newer data is drawn. It is drawn more seldom while the terminal needs more than half a second for a frame or for an answer, "
     "while its window does not have the focus, and after 10 minutes without a key. A key is answered at once, and so is the focus.",
     "the terminal, and the keys", NOW},
};
/* clang-format on */

size_t figures_count(void)
{
    return sizeof figures / sizeof *figures;
}

const struct figure *figures_at(size_t i)
{
    return &figures[i];
}
