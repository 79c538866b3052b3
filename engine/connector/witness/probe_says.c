/* What the answers to a probe's writes mean, in words. */
#include "connector/witness/probe_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "connector/witness/ask.h"

/* "S3 PutObject: AccessDenied: …" begins with the operation, which is already named. */
const char *probe_reason_of(const struct pt_error *err)
{
    const char *colon = strstr(err->what, ": ");
    return colon != NULL ? colon + 2 : err->what;
}

bool probe_is_silence(const struct pt_error *err)
{
    bool is_mute = err->code == PT_EUNREACHABLE || err->code == PT_ETIMEOUT ||
                   err->code == PT_EIO || err->code == PT_ETLS;
    return is_mute && err->service_code[0] == '\0';
}

static void probe_say(char out[RULE_WORDS_MAX], const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void probe_say(char out[RULE_WORDS_MAX], const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    text_put_args(out, RULE_WORDS_MAX, fmt, args);
    va_end(args);
}

/* A denial of pintop's own credentials says nothing about the connector's. */
static void explain_own(struct probe *probe)
{
    probe_say(
        probe->cause,
        "S3 denies the write to pintop's own credentials (%.60s), which says nothing about the "
        "connector's permissions",
        probe->error.service_code[0] != '\0' ? probe->error.service_code : "403");
    probe_say(
        probe->fix,
        "Allow pintop s3:PutObject, s3:GetObject and s3:DeleteObject on the keys of the probe "
        "(*/.pintop-probe-*; `pintop doctor --policy operate` includes them), or probe with "
        "credentials that have the permissions of the connector's role");
}

static void explain_silence(const struct probe_write *write, struct probe *probe)
{
    if (probe->error.code != PT_ETIMEOUT) {
        probe_say(probe->cause, "the store does not answer a write: %s",
                  probe_reason_of(&probe->error));
        probe_say(probe->fix, "%s", probe->error.fix);
        return;
    }
    probe_say(probe->cause,
              "the sink's store does not answer a write within %.0f s (a PUT of %zu bytes into %s)",
              (double)write->wait_ms / 1000, write->bytes, probe->bucket);
    probe_say(probe->fix,
              "Find out what blocks writes between the workers and the store: a proxy or "
              "firewall that only lets reads through, a store whose disks hang. The sink's "
              "tasks retry automatically, and continue once a write succeeds");
}

static void explain_refusal(const struct probe_write *write, struct probe *probe)
{
    struct rule_words words;
    struct rule_place place;
    conn_place(write->conn, &place);
    place.is_up = true;
    probe->rule = objects_explain(&place, &probe->error, &words);
    if (probe->rule != NULL) {
        probe_say(probe->cause, "%s", words.cause);
        probe_say(probe->fix, "%s", words.fix);
        place.is_up = false;
        objects_explain(&place, &probe->error, &words);
        probe_say(probe->fix_failed, "%s", words.fix);
        return;
    }
    probe_say(probe->cause,
              "the store refuses the sink's writes with an answer that pintop does not know: %s",
              probe_reason_of(&probe->error));
    probe_say(probe->fix, "%s", probe->error.fix);
}

static void explain_crawl(struct probe *probe)
{
    probe_say(
        probe->cause,
        "the store accepts writes, but slowly: one small object took %.1f s. A task that writes "
        "one object after another cannot exceed %.0f an hour",
        probe->slowest_s, 3600 / probe->slowest_s);
    probe_say(probe->fix,
              "Find out what slows the store or the network to it (its disks, a proxy, the "
              "distance). Until then use larger objects (flush.size, rotation), which need "
              "fewer writes, and more tasks, which write in parallel");
}

void probe_explain(const struct probe_write *write, struct probe *probe)
{
    pt_code code = probe->error.code;
    bool is_silent = probe_is_silence(&probe->error);
    /* A failing store or a missing bucket is the same for every caller; a store that is
     * unreachable from here may be reachable from the workers. */
    bool is_for_all = is_silent ? probe->store_url[0] != '\0'
                                : code == PT_ESERVER || code == PT_ETHROTTLED ||
                                      code == PT_ENOTFOUND || code == PT_EFULL;
    probe->is_telling = probe->is_as_connector || !probe->is_refused || is_for_all;
    if (probe->is_refused && is_silent)
        explain_silence(write, probe);
    else if (probe->is_refused && !probe->is_telling)
        explain_own(probe);
    else if (probe->is_refused)
        explain_refusal(write, probe);
    else if (probe->slowest_s >= PROBE_SLOW_S)
        explain_crawl(probe);
    if (probe->rule == NULL)
        probe_say(probe->fix_failed, "%s%s", probe->fix,
                  probe->is_refused ? "; then restart the failed tasks" : "");
}

void probe_sum(const struct probe *probe, char *out, size_t cap)
{
    char left[80] = "";
    const char *objects = probe->n_taken == 1 ? "object was" : "objects were";
    if (probe->n_left > 0)
        snprintf(left, sizeof left, "; %zu could not be deleted", probe->n_left);
    if (probe->is_cancelled)
        text_put(out, cap, "interrupted%s",
                 probe->n_left > 0 ? left : "; what was written has been deleted");
    else if (probe->is_refused && !probe->is_telling && probe_is_silence(&probe->error))
        text_put(out, cap, "the store does not answer: %s%s", probe_reason_of(&probe->error), left);
    else if (probe->is_refused && !probe->is_telling)
        text_put(out, cap, "the store refuses pintop's own credentials: %s%s",
                 probe->error.service_code[0] != '\0' ? probe->error.service_code
                                                      : probe_reason_of(&probe->error),
                 left);
    else if (probe->is_refused && probe->error.service_code[0] != '\0')
        text_put(out, cap, "the store refuses the sink's writes: %.60s%s",
                 probe->error.service_code, left);
    else if (probe->is_refused)
        text_put(out, cap, "the store does not accept the sink's writes: %s%s",
                 probe_reason_of(&probe->error), left);
    else
        text_put(out, cap, "%zu %s written%s; the slowest write took %.2f s%s", probe->n_taken,
                 objects, probe->n_left > 0 ? "" : ", read and deleted", probe->slowest_s, left);
}
