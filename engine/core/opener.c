/* The opener: the worker that touches the state directory and creates Kafka handles, so that no
 * other thread waits for them. It boots first (boot.c), then opens accounts as their streams are
 * wanted. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "core/engine_state.h"

static const char *cluster_name(const struct pt_engine *eng, const struct open_job *job)
{
    return eng->set.is_embedded ? "embedded" : job->cluster_id[0] ? job->cluster_id : "unnamed";
}

/* A new account begins at index `first` and at the present end of the topic. */
static void new_account(struct pt_engine *eng, const struct open_job *job, int i, uint64_t first)
{
    struct account *account = &eng->accounts[i];
    struct checkpoint *cp = &account->cp;
    memset(cp, 0, sizeof *cp);
    text_copy(cp->cluster_id, sizeof cp->cluster_id, cluster_name(eng, job));
    text_copy(cp->topic, sizeof cp->topic, eng->set.topics[i]);
    text_copy(cp->source, sizeof cp->source, eng->set.sources[i]);
    char shard[SHARD_TEXT];
    shard_format(eng->set.shard, shard);
    text_copy(cp->shard, sizeof cp->shard, shard);
    cp->seed = eng->set.seed;
    cp->first_index = cp->next_index = cp->taken_index = cp->source_index =
        shard_first(eng->set.shard, first);
    cp->n_partitions = eng->set.is_embedded ? account->n_bases : job->starts[i].n;
    memcpy(cp->start_offsets, eng->set.is_embedded ? account->base_offsets : job->starts[i].highs,
           cp->n_partitions * sizeof *cp->start_offsets);
}

static pt_code opener_keep_old(const char *path, struct pt_error *err)
{
    char old[4096 + 8], why[128];
    snprintf(old, sizeof old, "%s.old", path);
    if (rename(path, old) != 0 && errno != ENOENT)
        return pt_error_set(err, PT_EIO, "Check the state directory.", "keep %s as .old: %s", path,
                            strerror_r(errno, why, sizeof why));
    return PT_OK;
}

static void tell_last_end(struct account *account)
{
    const struct checkpoint *cp = &account->cp;
    account->doubles_possible = (cp->taken_index - cp->next_index) / checkpoint_shard(cp).n;
    /* After a kill the checkpoint is up to a second old: the topic may also hold the records of
     * that second. */
    if (cp->ended_why[0] == 0 && cp->taken_index > cp->first_index)
        log_line(PT_NOTICE, "pintop",
                 "%s: the last run did not end in order; goes on at %" PRIu64
                 ", records after it may be doubled",
                 cp->topic, cp->next_index);
}

/* An account without a delivered record may be replaced by one of another source. */
static pt_code opener_match(struct pt_engine *eng, const struct open_job *job, int i,
                            const struct checkpoint *cp, bool *is_free, struct pt_error *err)
{
    size_t n = eng->set.is_embedded ? 0 : job->starts[i].n;
    char shard[SHARD_TEXT];
    shard_format(eng->set.shard, shard);
    pt_code code = checkpoint_match(cp, eng->set.seed, eng->set.sources[i], shard, err);
    *is_free = code == PT_EMISMATCH && !checkpoint_binds(cp, job->starts[i].highs, n);
    return *is_free ? PT_OK : code;
}

/* The accounts of one topic that were made as shards of another n: their indexes overlap with
 * those of this one. */
struct overlap {
    struct pt_engine *eng;
    const struct open_job *job;
    int i;
    bool is_to_leave; /* they are kept as .old; otherwise they are a mismatch */
    pt_code code;
    struct pt_error *err;
};

/* One that cannot be read overlaps with everything, unless its name says that it is a shard of the
 * same n. */
static bool opener_overlaps(void *arg, const char *path, const struct checkpoint *cp,
                            const struct pt_error *why)
{
    struct overlap *overlap = arg;
    const struct settings *set = &overlap->eng->set;
    bool is_free = false;
    if (cp == NULL &&
        checkpoint_is_named(path, set->state_dir, cluster_name(overlap->eng, overlap->job),
                            set->topics[overlap->i], set->shard.n))
        return true;
    if (cp == NULL && !overlap->is_to_leave) {
        *overlap->err = *why;
        overlap->code = why->code;
        return false;
    }
    if (cp != NULL && checkpoint_shard(cp).n == set->shard.n)
        return true;
    if (!overlap->is_to_leave)
        overlap->code =
            opener_match(overlap->eng, overlap->job, overlap->i, cp, &is_free, overlap->err);
    /* Nothing is moved before the lock is held: the account may be in use. */
    if ((overlap->is_to_leave || is_free) && overlap->eng->lock_fd >= 0)
        overlap->code = opener_keep_old(path, overlap->err);
    return overlap->code == PT_OK;
}

static pt_code opener_check_overlaps(struct pt_engine *eng, const struct open_job *job, int i,
                                     struct pt_error *err)
{
    struct overlap overlap = {eng, job, i, eng->run.first_index >= 0, PT_OK, err};
    pt_code code = checkpoint_each(eng->set.state_dir, cluster_name(eng, job), eng->set.topics[i],
                                   opener_overlaps, &overlap, err);
    return code == PT_OK ? overlap.code : code;
}

static void opener_path(const struct pt_engine *eng, const struct open_job *job, int i, char *out,
                        size_t cap)
{
    checkpoint_path(eng->set.state_dir, cluster_name(eng, job), eng->set.topics[i], eng->set.shard,
                    out, cap);
}

static pt_code load_account(struct pt_engine *eng, const struct open_job *job, int i,
                            struct pt_error *err)
{
    struct account *account = &eng->accounts[i];
    pt_code code = opener_check_overlaps(eng, job, i, err);
    if (code != PT_OK)
        return code;
    opener_path(eng, job, i, account->path, sizeof account->path);
    if (eng->run.first_index >= 0) {
        code = opener_keep_old(account->path, err);
        if (code != PT_OK)
            return code;
        new_account(eng, job, i, (uint64_t)eng->run.first_index);
        return PT_OK;
    }
    code = checkpoint_load(account->path, &account->cp, err);
    if (code == PT_ENOTFOUND) {
        new_account(eng, job, i, 0);
        return PT_OK;
    }
    bool is_free = false;
    if (code == PT_OK)
        code = opener_match(eng, job, i, &account->cp, &is_free, err);
    if (is_free)
        new_account(eng, job, i, account->cp.first_index);
    else if (code == PT_OK)
        tell_last_end(account);
    return code;
}

/* Moves a file to the record that the account needs next. */
static pt_code place_source(struct source *src, const struct checkpoint *cp, struct pt_error *err)
{
    struct source_pos pos = {cp->source_offset, cp->source_row};
    struct source_record rec;
    if (strcmp(cp->source, "synthetic") == 0)
        return PT_OK;
    if (cp->next_index == cp->first_index && cp->source_offset == 0)
        return PT_OK;
    pt_code code = src->ops->seek(src, &pos, err);
    src->rows_before = 0;
    if (code == PT_OK && cp->source_index < cp->next_index &&
        source_next_own(src, cp->source_index, &rec, err) == SOURCE_ERROR)
        code = err ? err->code : PT_EIO;
    return code;
}

static pt_code opener_open_streamer(struct pt_engine *eng, int i, struct pt_error *err)
{
    struct account *account = &eng->accounts[i];
    const struct settings *set = &eng->set;
    struct source_opts source = {.id = (enum pt_stream_id)i,
                                 .source = set->sources[i],
                                 .seed = set->seed,
                                 .dirty_pct = set->dirty_pct,
                                 .is_looping = set->is_looping};
    struct streamer_opts opts = {
        .id = (enum pt_stream_id)i,
        .window = set->window,
        .first_index = account->cp.next_index,
        .count = (uint64_t)eng->run.count,
        .stride = set->shard.n,
        .rate_per_s = set->rates[i],
        .seed = set->seed,
        .has_positions = strcmp(set->sources[i], "synthetic") != 0,
        .hooks = kafka_streamer_hooks(eng),
    };
    pt_code code = source_open(&source, &opts.source, err);
    if (code != PT_OK)
        return code;
    source_set_shard(opts.source, set->shard);
    code = place_source(opts.source, &account->cp, err);
    if (code != PT_OK) {
        source_free(opts.source);
        return code;
    }
    account->run_first = account->cp.next_index;
    account->is_embedded = set->is_embedded;
    code = streamer_init(&account->streamer, &opts, err);
    account->is_open = true; /* account_done frees it from here on */
    return code;
}

/* The checkpoint must exist before the first record is sent: a kill would lose the account
 * otherwise. */
static pt_code write_first_checkpoint(struct pt_engine *eng, int i, struct pt_error *err)
{
    struct account *account = &eng->accounts[i];
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/accounts", eng->set.state_dir);
    pt_code code = file_make_dirs(dir, 0700, err);
    if (code != PT_OK)
        return code;
    char *text = account_checkpoint(account, "");
    if (text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "checkpoint: out of memory");
    code = file_replace(account->path, text, strlen(text), 0600, err);
    free(text);
    return code;
}

static pt_code open_producer(struct pt_engine *eng, struct pt_error *err)
{
    struct producer_opts opts = {
        .cfg = eng->cfg,
        .bootstrap = eng->bootstrap[0] ? eng->bootstrap : NULL,
        .has_keys = eng->set.has_keys,
        .n_partitions = eng->set.is_embedded ? EMBEDDED_PARTITIONS : 0,
        .stride = eng->set.shard.n,
    };
    if (eng->has_kafka)
        return PT_OK;
    for (int i = 0; i < PT_STREAMS; i++)
        opts.topics[i] = eng->set.topics[i];
    kafka_producer_hooks(eng, &opts.hooks);
    pt_code code = producer_open(&eng->producer, &opts, err);
    if (code != PT_OK)
        return code;
    if (pthread_create(&eng->kafka, NULL, kafka_thread_run, eng) != 0)
        return pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u).",
                            "kafka thread: cannot be started");
    eng->has_kafka = true;
    return PT_OK;
}

/* Before the kafka thread replaces the producer, it parks the streams that it knows of; start_lock
 * keeps others from starting in between. */
static pt_code start_streamer(struct pt_engine *eng, int i, struct pt_error *err)
{
    pthread_mutex_lock(&eng->start_lock);
    streamer_set_flight(&eng->accounts[i].streamer,
                        producer_flight_bytes(&eng->producer, (enum pt_stream_id)i));
    pt_code code = streamer_start(&eng->accounts[i].streamer, err);
    if (code == PT_OK)
        atomic_fetch_or(&eng->open_streams, PT_STREAM_BIT(i));
    pthread_mutex_unlock(&eng->start_lock);
    return code;
}

static pt_code open_account(struct pt_engine *eng, const struct open_job *job, int i,
                            struct pt_error *err)
{
    pt_code code = engine_take_lock(eng, err);
    if (code == PT_OK && !eng->accounts[i].is_open)
        code = load_account(eng, job, i, err);
    if (code == PT_OK && !eng->accounts[i].is_open)
        code = opener_open_streamer(eng, i, err);
    if (code == PT_OK)
        code = write_first_checkpoint(eng, i, err);
    if (code == PT_OK)
        code = open_producer(eng, err);
    if (code == PT_OK)
        code = start_streamer(eng, i, err);
    return code;
}

/* err is only set when the code is not PT_OK. */
static void set_outcome(struct fact *fact, pt_code code, const struct pt_error *err)
{
    if (code != PT_OK)
        fact_fail(fact, err);
}

/* Checked before the account is compared: a source that cannot be read is reported as such, not as
 * another source. */
static pt_code check_source(const char *source, struct pt_error *err)
{
    char why[128];
    if (strcmp(source, "synthetic") == 0 || access(source, R_OK) == 0)
        return PT_OK;
    return pt_error_set(err, PT_ECONFIG, "Name a file or a directory that can be read.",
                        "source %s: %s", source, strerror_r(errno, why, sizeof why));
}

static void tell_opened(struct pt_engine *eng, int i, pt_code code, const struct pt_error *err)
{
    struct fact *fact = fact_new(FACT_OPENED);
    if (fact) {
        fact->streams = PT_STREAM_BIT(i);
        set_outcome(fact, code, err);
    }
    inbox_post(&eng->inbox, fact);
}

/* Every stream of a job gets its answer, because a stop waits for it. */
static void opener_refuse_others(struct pt_engine *eng, const struct open_job *job, int refused,
                                 const struct pt_error *why)
{
    struct pt_error err;
    for (int i = 0; i < PT_STREAMS; i++) {
        if (!(job->streams & PT_STREAM_BIT(i)) || i == refused)
            continue;
        pt_error_set(&err, why->code, why->fix, "stream %s: not started, as %s was refused",
                     pt_stream_name((enum pt_stream_id)i),
                     pt_stream_name((enum pt_stream_id)refused));
        tell_opened(eng, i, err.code, &err);
    }
}

/* `stream` runs all requested streams or none: when one is refused, the others must not leave new
 * accounts behind. */
static bool are_all_welcome(struct pt_engine *eng, const struct open_job *job)
{
    char path[4096];
    struct pt_error err;
    if (!eng->run.has_sink_drain || eng->run.first_index >= 0)
        return true;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct checkpoint *cp = &eng->accounts[i].cp;
        if (!(job->streams & PT_STREAM_BIT(i)) || eng->accounts[i].is_open)
            continue;
        opener_path(eng, job, i, path, sizeof path);
        pt_code code = check_source(eng->set.sources[i], &err);
        if (code == PT_OK)
            code = opener_check_overlaps(eng, job, i, &err);
        if (code == PT_OK)
            code = checkpoint_load(path, cp, &err);
        bool is_free;
        if (code == PT_OK)
            code = opener_match(eng, job, i, cp, &is_free, &err);
        if (code != PT_OK && code != PT_ENOTFOUND) {
            tell_opened(eng, i, code, &err);
            opener_refuse_others(eng, job, i, &err);
            return false;
        }
    }
    return true;
}

static void open_accounts(struct pt_engine *eng, const struct open_job *job)
{
    if (!are_all_welcome(eng, job))
        return;
    for (int i = 0; i < PT_STREAMS; i++) {
        if (!(job->streams & PT_STREAM_BIT(i)) || queue_is_closed(eng->open_jobs))
            continue;
        struct pt_error err;
        pt_code code = open_account(eng, job, i, &err);
        tell_opened(eng, i, code, &err);
    }
}

/* Reads the checkpoints before a stream is started, for the flow lines and for the message about
 * how the last run ended. The reactor gets copies, because the accounts are not open yet. */
static void opener_look(struct pt_engine *eng, const struct open_job *job)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        char path[4096];
        struct checkpoint *cp = malloc(sizeof *cp);
        opener_path(eng, job, i, path, sizeof path);
        if (cp == NULL || checkpoint_load(path, cp, NULL) != PT_OK) {
            free(cp);
            continue;
        }
        struct fact *fact = fact_with(FACT_LOOKED, cp, free);
        if (fact != NULL)
            fact->streams = PT_STREAM_BIT(i);
        inbox_post(&eng->inbox, fact);
    }
}

void *opener_run(void *arg)
{
    struct pt_engine *eng = arg;
    struct open_job *job;
    pthread_setname_np(pthread_self(), "opener");
    while ((job = queue_take(eng->open_jobs, INT64_MAX)) != NULL) {
        if (job->kind == OPEN_BOOT) {
            struct fact *fact = fact_new(FACT_BOOTED);
            struct pt_error err;
            pt_code code = opener_boot(eng, &err);
            if (fact)
                set_outcome(fact, code, &err);
            inbox_post(&eng->inbox, fact);
        } else if (job->kind == OPEN_OWNER) {
            engine_look_for_owner(eng);
        } else if (job->kind == OPEN_LOOK) {
            opener_look(eng, job);
        } else {
            open_accounts(eng, job);
        }
        free(job);
    }
    return NULL;
}
