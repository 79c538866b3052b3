/* The opener: the worker that touches the state directory and makes handles, so that nobody else
 * waits for them. Boot first (boot.c), then accounts as streams are wanted. */
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

/* A new account begins at index `first`, at the topic's end as it is now. */
static void new_account(struct pt_engine *eng, const struct open_job *job, int i, uint64_t first)
{
    struct account *account = &eng->accounts[i];
    struct checkpoint *cp = &account->cp;
    memset(cp, 0, sizeof *cp);
    text_copy(cp->cluster_id, sizeof cp->cluster_id, cluster_name(eng, job));
    text_copy(cp->topic, sizeof cp->topic, eng->set.topics[i]);
    text_copy(cp->source, sizeof cp->source, eng->set.sources[i]);
    text_copy(cp->shard, sizeof cp->shard, "1/1");
    cp->seed = eng->set.seed;
    cp->first_index = cp->next_index = cp->taken_index = cp->source_index = first;
    cp->n_partitions = eng->set.is_embedded ? account->n_bases : job->starts[i].n;
    memcpy(cp->start_offsets, eng->set.is_embedded ? account->base_offsets : job->starts[i].highs,
           cp->n_partitions * sizeof *cp->start_offsets);
}

static pt_code keep_old(const char *path, struct pt_error *err)
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
    account->doubles_possible = cp->taken_index - cp->next_index;
    /* After a kill the file is up to a second old: as many more may be in the topic. */
    if (cp->ended_why[0] == 0 && cp->taken_index > cp->first_index)
        log_line(PT_NOTICE, "pintop",
                 "%s: the last run did not end in order; goes on at %" PRIu64
                 ", records after it may be doubled",
                 cp->topic, cp->next_index);
}

/* An account that nothing was delivered of is no promise: another source may take its place. */
static pt_code match(struct pt_engine *eng, const struct open_job *job, int i,
                     const struct checkpoint *cp, bool *is_free, struct pt_error *err)
{
    size_t n = eng->set.is_embedded ? 0 : job->starts[i].n;
    pt_code code = checkpoint_match(cp, eng->set.seed, eng->set.sources[i], "1/1", err);
    *is_free = code == PT_EMISMATCH && !checkpoint_binds(cp, job->starts[i].highs, n);
    return *is_free ? PT_OK : code;
}

static pt_code load_account(struct pt_engine *eng, const struct open_job *job, int i,
                            struct pt_error *err)
{
    struct account *account = &eng->accounts[i];
    pt_code code = PT_ENOTFOUND;
    checkpoint_path(eng->set.state_dir, cluster_name(eng, job), eng->set.topics[i], account->path,
                    sizeof account->path);
    if (eng->run.first_index >= 0) {
        code = keep_old(account->path, err);
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
        code = match(eng, job, i, &account->cp, &is_free, err);
    if (is_free)
        new_account(eng, job, i, account->cp.first_index);
    else if (code == PT_OK)
        tell_last_end(account);
    return code;
}

/* Bring a file to the record that the account needs next. */
static pt_code place_source(struct source *src, const struct checkpoint *cp, struct pt_error *err)
{
    struct source_pos pos = {cp->source_offset, cp->source_row};
    struct source_record rec;
    if (strcmp(cp->source, "synthetic") == 0)
        return PT_OK;
    if (cp->next_index == cp->first_index && cp->source_offset == 0)
        return PT_OK;
    pt_code code = src->ops->seek(src, &pos, err);
    if (code == PT_OK && cp->source_index < cp->next_index &&
        src->ops->next(src, cp->source_index, &rec, err) == SOURCE_ERROR)
        code = err ? err->code : PT_EIO;
    return code;
}

static pt_code open_streamer(struct pt_engine *eng, int i, struct pt_error *err)
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
        .rate_per_s = set->rates[i],
        .seed = set->seed,
        .has_positions = strcmp(set->sources[i], "synthetic") != 0,
        .hooks = kafka_streamer_hooks(eng),
    };
    pt_code code = source_open(&source, &opts.source, err);
    if (code != PT_OK)
        return code;
    code = place_source(opts.source, &account->cp, err);
    if (code != PT_OK) {
        source_free(opts.source);
        return code;
    }
    account->run_first = account->cp.next_index;
    account->is_embedded = set->is_embedded;
    code = streamer_init(&account->streamer, &opts, err);
    account->is_open = true; /* from here on account_done frees it */
    return code;
}

/* The file must be there before the first record is: else a kill would forget the account. */
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

static pt_code take_lock(struct pt_engine *eng, struct pt_error *err)
{
    struct lock_note owner, self = {.pid = getpid()};
    if (eng->lock_fd >= 0)
        return PT_OK;
    pt_code code = lock_take(eng->set.state_dir, &eng->lock_fd, &owner, err);
    if (code == PT_ELOCKED)
        atomic_store(&eng->owner_pid, owner.pid);
    if (code != PT_OK)
        return code;
    atomic_store(&eng->is_owner, true);
    atomic_store(&eng->owner_pid, PT_UNKNOWN);
    return lock_note_write(eng->lock_fd, &self, err);
}

static pt_code open_producer(struct pt_engine *eng, struct pt_error *err)
{
    struct producer_opts opts = {
        .cfg = eng->cfg,
        .bootstrap = eng->bootstrap[0] ? eng->bootstrap : NULL,
        .has_keys = eng->set.has_keys,
        .n_partitions = eng->set.is_embedded ? EMBEDDED_PARTITIONS : 0,
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

/* The kafka thread parks the streams that it knows of before it makes the producer anew: none
 * starts in between. */
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
    pt_code code = take_lock(eng, err);
    if (code == PT_OK && !eng->accounts[i].is_open)
        code = load_account(eng, job, i, err);
    if (code == PT_OK && !eng->accounts[i].is_open)
        code = open_streamer(eng, i, err);
    if (code == PT_OK)
        code = write_first_checkpoint(eng, i, err);
    if (code == PT_OK)
        code = open_producer(eng, err);
    if (code == PT_OK)
        code = start_streamer(eng, i, err);
    return code;
}

/* An error value says something only when its code was returned. */
static void set_outcome(struct fact *fact, pt_code code, const struct pt_error *err)
{
    if (code != PT_OK)
        fact_fail(fact, err);
}

/* Said before the account complains that its source is another. */
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
    engine_post(eng, fact);
}

/* Every stream of a job gets its answer: a stop waits for it. */
static void refuse_others(struct pt_engine *eng, const struct open_job *job, int refused,
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

/* `stream` runs all it was asked to or nothing: a stream that is refused must not leave new
 * accounts of the others behind. */
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
        checkpoint_path(eng->set.state_dir, cluster_name(eng, job), eng->set.topics[i], path,
                        sizeof path);
        pt_code code = check_source(eng->set.sources[i], &err);
        if (code == PT_OK)
            code = checkpoint_load(path, cp, &err);
        bool is_free;
        if (code == PT_OK)
            code = match(eng, job, i, cp, &is_free, &err);
        if (code != PT_OK && code != PT_ENOTFOUND) {
            tell_opened(eng, i, code, &err);
            refuse_others(eng, job, i, &err);
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

/* What the checkpoints say, before anybody starts a stream: for the flow lines and for the word
 * about how the last run ended. Handed over inside the accounts, which are not open yet. */
static void look(struct pt_engine *eng, const struct open_job *job)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        char path[4096];
        struct fact *fact = fact_new(FACT_LOOKED);
        struct checkpoint *cp = malloc(sizeof *cp);
        checkpoint_path(eng->set.state_dir, cluster_name(eng, job), eng->set.topics[i], path,
                        sizeof path);
        if (fact && cp && checkpoint_load(path, cp, NULL) == PT_OK) {
            fact->streams = PT_STREAM_BIT(i);
            fact->u.checkpoint = cp;
            engine_post(eng, fact);
        } else {
            free(cp);
            fact_free(fact);
        }
    }
}

/* Who streams from this state directory now? It comes and goes. */
static void look_for_owner(struct pt_engine *eng)
{
    struct lock_note owner;
    if (eng->lock_fd >= 0)
        return;
    bool has_owner = lock_read(eng->set.state_dir, &owner, NULL) == PT_OK;
    atomic_store(&eng->owner_pid, has_owner ? owner.pid : PT_UNKNOWN);
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
            engine_post(eng, fact);
        } else if (job->kind == OPEN_OWNER) {
            look_for_owner(eng);
        } else if (job->kind == OPEN_LOOK) {
            look(eng, job);
        } else {
            open_accounts(eng, job);
        }
        free(job);
    }
    return NULL;
}
