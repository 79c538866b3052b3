/* The boot, once, on the opener's thread: the state directory, the lock, the embedded cluster and
 * its sink, the login, the admin client, the watcher, the connectors' workers. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "core/engine_state.h"
#include "kafka/broker_figures.h"
#include "state/remembered.h"

enum { WATCH_PERIOD_MS = 1000 };

/* The workers' hooks get the engine as a void pointer. */
static struct inbox *inbox_of(void *eng)
{
    return &((struct pt_engine *)eng)->inbox;
}

static void on_written(void *arg, unsigned slot, const struct pt_error *err)
{
    struct fact *fact = fact_new(FACT_WRITTEN);
    if (fact)
        fact->number = slot;
    fact_fail(fact, err);
    inbox_post(inbox_of(arg), fact);
}

static void drop_report(void *report)
{
    watch_report_free(report);
}

static void on_report(void *arg, struct watch_report *report)
{
    struct fact *fact = fact_with(FACT_REPORT, report, drop_report);
    inbox_post(inbox_of(arg), fact);
}

static void on_watch_stats(void *arg, const struct stats *stats)
{
    struct fact *fact = fact_copy(FACT_WATCH_STATS, stats, sizeof *stats);
    inbox_post(inbox_of(arg), fact);
}

static void on_kafka_error(void *arg, int code, const char *reason)
{
    struct fact *fact = fact_new(FACT_KAFKA_ERROR);
    if (fact) {
        fact->number = code;
        snprintf(fact->text, sizeof fact->text, "%s", reason);
    }
    inbox_post(inbox_of(arg), fact);
}

static void on_sink_status(void *arg, const struct sink_status *status)
{
    struct fact *fact = fact_copy(FACT_SINK, status, sizeof *status);
    inbox_post(inbox_of(arg), fact);
}

bool pt_embedded_runs(const struct pt_config *cfg)
{
    const char *dir = pt_config_get(cfg, "pintop.state.dir");
    struct lock_note owner;
    return dir != NULL && lock_read(dir, &owner, NULL) == PT_OK;
}

/* Reads what the sink's directory already holds: the offsets of this run are counted on top of
 * it. */
static pt_code boot_read_manifest(struct pt_engine *eng, struct pt_error *err)
{
    pt_code code = manifest_load(eng->set.sink_dir, &eng->manifest, err);
    for (int i = 0; code == PT_OK && i < PT_STREAMS; i++) {
        struct account *account = &eng->accounts[i];
        account->n_bases = EMBEDDED_PARTITIONS;
        for (int32_t p = 0; p < EMBEDDED_PARTITIONS; p++) {
            const struct manifest_partition *part =
                manifest_partition(&eng->manifest, eng->set.topics[i], p);
            account->base_offsets[p] = part ? part->next_offset : 0;
            if (part && part->n_objects > 0)
                engine_tell_object(eng, i, part->objects[part->n_objects - 1].written_ms);
        }
    }
    return code;
}

static pt_code start_sink(struct pt_engine *eng, const struct remembered *topics,
                          struct pt_error *err)
{
    const struct settings *set = &eng->set;
    /* How long a fetch waits is the latency of the sink (handle.c). Only `stream` gets the short
     * wait: it runs at full speed and ends, while a dashboard idles for hours. */
    static const char *const wishes[] = {
        /* The default is counted over all partitions. Once it is exceeded, librdkafka 2.0.2 pauses
         * every fetch for a second. */
        "queued.min.messages=1000000",
        "fetch.wait.max.ms=50",
    };
    struct handle_opts handle = {.kind = HANDLE_CONSUMER,
                                 .cfg = eng->cfg,
                                 .bootstrap = eng->bootstrap,
                                 .group = set->group,
                                 .wishes = wishes,
                                 .n_wishes = eng->run.has_sink_drain ? 2 : 1,
                                 .hooks = {.arg = eng}};
    struct sink_opts opts = {
        .topics = topics->names,
        .n_topics = topics->n,
        .dir = set->sink_dir,
        .flush_size = set->flush_size,
        .rotate_ms = pt_config_int(eng->cfg, "pintop.sink.rotate.ms"),
        .max_object_bytes = OBJECT_BYTES,
        .limit_bytes = pt_config_int(eng->cfg, "pintop.sink.limit.bytes"),
        .free_consumer = handle_free,
        .hooks = {eng, kafka_sink_committed, on_sink_status},
    };
    for (int i = 0; i < PT_STREAMS; i++)
        opts.has_keys |= strcmp(set->sources[i], "synthetic") != 0;
    pt_code code = handle_new(&handle, &opts.consumer, err);
    if (code != PT_OK)
        return code;
    code = sink_start(&opts, &eng->sink, err);
    if (code != PT_OK)
        handle_free(opts.consumer);
    return code;
}

/* Starts the embedded cluster of this process, with the topics of the last run. */
static pt_code start_embedded(struct pt_engine *eng, struct pt_error *err)
{
    const struct settings *set = &eng->set;
    struct remembered topics;
    pt_code code = file_make_dirs(set->sink_dir, 0700, err);
    if (code != PT_OK)
        return code;
    remembered_load(set->state_dir, &topics);
    for (int i = 0; i < PT_STREAMS; i++)
        remembered_add(&topics, set->topics[i]);
    code = embedded_start(eng->cfg, topics.names, topics.n, &eng->embedded, err);
    if (code == PT_OK) {
        snprintf(eng->bootstrap, sizeof eng->bootstrap, "%s", eng->embedded.bootstrap);
        struct lock_note note = {.pid = getpid()};
        snprintf(note.bootstrap, sizeof note.bootstrap, "%s", eng->bootstrap);
        code = lock_note_write(eng->lock_fd, &note, err);
    }
    if (code == PT_OK)
        code = boot_read_manifest(eng, err);
    if (code == PT_OK)
        code = start_sink(eng, &topics, err);
    remembered_done(&topics);
    return code;
}

static void watch_another(struct pt_engine *eng, const struct lock_note *owner)
{
    atomic_store(&eng->owner.pid, owner->pid);
    atomic_store(&eng->owner.is_watcher, true);
    snprintf(eng->bootstrap, sizeof eng->bootstrap, "%s", owner->bootstrap);
}

/* The owner writes its cluster's address some milliseconds after it has taken the lock. */
static pt_code read_owner(struct pt_engine *eng, struct lock_note *owner, struct pt_error *err)
{
    const struct timespec nap = {.tv_nsec = 20000000};
    pt_code code = lock_read(eng->set.state_dir, owner, err);
    for (int i = 0; i < 100 && code == PT_OK && owner->bootstrap[0] == 0; i++) {
        nanosleep(&nap, NULL);
        code = lock_read(eng->set.state_dir, owner, err);
    }
    return code;
}

static pt_code boot_embedded(struct pt_engine *eng, struct pt_error *err)
{
    struct lock_note owner;
    pt_code code;
    if (eng->run.is_oneshot) {
        code = read_owner(eng, &owner, err);
    } else {
        code = lock_take(eng->set.state_dir, &eng->lock_fd, &owner, err);
        if (code == PT_OK && (code = engine_serve(eng, err)) == PT_OK) {
            atomic_store(&eng->owner.is_self, true);
            return start_embedded(eng, err);
        }
        if (eng->run.has_sink_drain || eng->run.is_holder || code != PT_ELOCKED)
            return code;
        code = read_owner(eng, &owner, err);
    }
    if (code == PT_ENOTFOUND)
        return pt_error_set(err, PT_ENOTFOUND,
                            "Start `pintop -b embedded` in another terminal, or name a cluster: "
                            "-b HOST:PORT.",
                            "embedded cluster: it exists only while pintop runs, and none runs on "
                            "state directory %s",
                            eng->set.state_dir);
    if (code != PT_OK)
        return code;
    if (owner.bootstrap[0] == 0)
        return pt_error_set(err, PT_ELOCKED,
                            "Stop it, or use another directory: -X pintop.state.dir=DIR.",
                            "embedded cluster: state directory %s is pintop %" PRId64
                            "'s, which streams to another cluster",
                            eng->set.state_dir, owner.pid);
    watch_another(eng, &owner);
    return PT_OK;
}

static pt_code boot_real(struct pt_engine *eng, struct pt_error *err)
{
    if (eng->run.is_holder)
        return engine_take_lock(eng, err);
    engine_look_for_owner(eng);
    return PT_OK;
}

/* Matches pintop.topics and the streams' own topics, whatever pintop.topics says: their accounts
 * need watermarks. */
static void watched_regex(const struct pt_engine *eng, struct buf *out)
{
    buf_printf(out, "(%s)", pt_config_get(eng->cfg, "pintop.topics"));
    for (int i = 0; i < PT_STREAMS; i++) {
        if (eng->set.topics[i][0] == 0)
            continue;
        buf_puts(out, "|");
        for (const char *c = eng->set.topics[i]; *c; c++)
            buf_printf(out, *c == '.' ? "\\%c" : "%c", *c);
    }
}

static void tell_trouble(struct pt_engine *eng, const struct pt_error *err)
{
    struct fact *fact = fact_new(FACT_TROUBLE);
    if (fact && err)
        fact_fail(fact, err);
    inbox_post(&eng->inbox, fact);
}

/* True when connectors are watched and no Kafka cluster is configured. A command that needs the
 * cluster reports that itself. */
static bool is_left_alone(struct pt_engine *eng)
{
    struct pt_error none;
    if (pt_config_has_cluster(eng->cfg) || !eng->run.has_connectors)
        return false;
    bool is_told = eng->run.no_cluster != NULL;
    pt_error_set(&none, PT_ECONFIG,
                 is_told ? eng->run.no_cluster_fix
                         : "Name it: -b HOST:PORT, or -X pintop.msk.cluster=NAME.",
                 "%s, so the connectors' topics and lag are not known",
                 is_told ? eng->run.no_cluster : "no Kafka cluster is named");
    tell_trouble(eng, &none);
    return true;
}

static pt_code start_watch(struct pt_engine *eng, struct pt_error *err)
{
    struct buf regex;
    if (is_left_alone(eng))
        return PT_OK;
    buf_init(&regex, 8192);
    watched_regex(eng, &regex);
    struct watch_opts opts = {
        .cfg = eng->cfg,
        .bootstrap = eng->bootstrap[0] ? eng->bootstrap : NULL,
        .topics_regex = regex.is_over ? pt_config_get(eng->cfg, "pintop.topics") : regex.data,
        .group = eng->set.group[0] ? eng->set.group : NULL,
        .wait_ms = eng->run.wait_ms,
        .period_ms = WATCH_PERIOD_MS,
        .arg = eng,
        .report = on_report,
        .error = on_kafka_error,
        .stats = on_watch_stats,
        .stats_ms = BROKER_STATS_MS,
    };
    pt_code code = watch_start(&opts, &eng->watch, err);
    buf_done(&regex);
    return code;
}

static pt_code start_admin(struct pt_engine *eng, struct pt_error *err)
{
    struct admin_opts opts = {
        .cfg = eng->cfg,
        .bootstrap = eng->bootstrap[0] ? eng->bootstrap : NULL,
        .mock = eng->embedded.mock,
        .mock_brokers = EMBEDDED_BROKERS,
        .group = eng->set.group[0] ? eng->set.group : NULL,
        .timeout_ms = 10000,
    };
    eng->admin = admin_new(&opts);
    return eng->admin ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "admin: out of memory");
}

static void on_auth(void *arg, const struct pt_auth *auth)
{
    struct fact *fact = fact_copy(FACT_AUTH, auth, sizeof *auth);
    inbox_post(inbox_of(arg), fact);
}

static void on_auth_event(void *arg, enum pt_severity severity, const char *text)
{
    inbox_event(inbox_of(arg), severity, "auth", "%s", text);
}

/* Waits for ten seconds, or until a refresh is requested. Returns false when the engine is
 * ending. */
static bool wait_to_look_again(struct pt_engine *eng)
{
    const struct timespec nap = {.tv_nsec = 50000000};
    for (int i = 0; i < 200 && !atomic_load(&eng->is_ending); i++) {
        if (atomic_exchange(&eng->is_look_asked, false))
            return true;
        nanosleep(&nap, NULL);
    }
    return !atomic_load(&eng->is_ending);
}

/* With pintop.msk.cluster, AWS names the bootstrap servers. A dashboard retries until it has them;
 * a command reports the error. */
static pt_code boot_find_cluster(struct pt_engine *eng, struct pt_error *err)
{
    const struct pt_config *cfg = eng->cfg;
    bool has_told = false;
    if (pt_config_get(cfg, "bootstrap.servers") || !pt_config_get(cfg, "pintop.msk.cluster"))
        return PT_OK;
    for (;;) {
        pt_code code = discovery_find(cfg, &eng->discovery, &eng->found_cfg, err);
        if (code == PT_OK) {
            atomic_store(&eng->cfg, eng->found_cfg);
            if (has_told)
                tell_trouble(eng, NULL);
            return PT_OK;
        }
        if (eng->run.is_oneshot || eng->run.has_sink_drain || code == PT_ECANCELLED)
            return code;
        tell_trouble(eng, err);
        has_told = true;
        if (!wait_to_look_again(eng))
            return pt_error_set(err, PT_ECANCELLED, NULL, "MSK cluster: cancelled");
    }
}

static pt_code start_auth(struct pt_engine *eng, struct pt_error *err)
{
    const struct auth_hooks hooks = {eng, on_auth, on_auth_event};
    return auth_start(eng->cfg, &hooks, &eng->auth, err);
}

static void on_away(void *arg, struct away_view *view)
{
    inbox_post(inbox_of(arg), fact_with(FACT_AWAY, view, away_view_free));
}

static void on_past(void *arg, struct away_past_told *told)
{
    inbox_post(inbox_of(arg), fact_with(FACT_AWAY_PAST, told, free));
}

static pt_code start_away(struct pt_engine *eng, struct pt_error *err)
{
    const struct away_opts opts = {
        .cfg = eng->cfg, .arg = eng, .looked = on_away, .told_past = on_past};
    return eng->set.is_embedded ? PT_OK : away_start(&opts, &eng->away, err);
}

static void drop_news(void *news)
{
    conn_news_free(news);
}

static void on_conn_news(void *arg, struct conn_news *news)
{
    struct fact *fact = fact_with(FACT_CONNECTORS, news, drop_news);
    inbox_post(inbox_of(arg), fact);
}

static void on_conn_result(void *arg, uint64_t id, const struct pt_command *cmd,
                           struct pt_result *result)
{
    (void)id;
    (void)cmd;
    inbox_result(inbox_of(arg), result);
}

/* Without a back end the threads still poll the offsets of groups and the times of records. */
static pt_code start_connectors(struct pt_engine *eng, struct pt_error *err)
{
    const struct connectors_opts opts = {.cfg = eng->cfg,
                                         .bootstrap = eng->bootstrap[0] ? eng->bootstrap : NULL,
                                         .ops = conn_backend_meant(eng->cfg),
                                         .wait_ms = eng->run.wait_ms,
                                         .command = conn_command,
                                         .arg = eng,
                                         .news = on_conn_news,
                                         .result = on_conn_result};
    return eng->run.has_connectors && !eng->set.is_embedded
               ? connectors_start(&opts, &eng->connectors, err)
               : PT_OK;
}

pt_code opener_boot(struct pt_engine *eng, struct pt_error *err)
{
    const char *log_path = pt_config_get(eng->cfg, "pintop.log.file");
    struct pt_error dir_err = {0};
    if (eng->run.note != NULL)
        inbox_event(&eng->inbox, PT_WARN, "pintop", "%s", eng->run.note);
    bool has_dir = file_make_dirs(eng->set.state_dir, 0700, &dir_err) == PT_OK;
    pt_code code = PT_OK;
    if (!has_dir && (eng->set.is_embedded || eng->run.is_holder) && !eng->run.is_oneshot) {
        *err = dir_err;
        return dir_err.code;
    }
    if (!has_dir && !eng->run.is_oneshot)
        inbox_event(&eng->inbox, PT_WARN, "pintop", "%s. %s", dir_err.what, dir_err.fix);
    code = disk_start(eng->run.is_oneshot ? NULL : log_path, on_written, eng, &eng->disk, err);
    if (code == PT_OK && eng->set.is_embedded)
        code = boot_embedded(eng, err);
    else if (code == PT_OK)
        code = boot_real(eng, err);
    if (code == PT_OK)
        code = boot_find_cluster(eng, err);
    if (code == PT_OK && !eng->set.is_embedded)
        code = start_auth(eng, err);
    if (code == PT_OK)
        code = start_admin(eng, err);
    if (code == PT_OK)
        code = start_away(eng, err);
    if (code == PT_OK)
        code = start_watch(eng, err);
    if (code == PT_OK)
        code = start_connectors(eng, err);
    return code;
}
