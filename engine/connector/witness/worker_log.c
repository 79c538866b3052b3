/* The worker log of an MSK Connect connector, from CloudWatch Logs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/logs.h"
#include "connector/witness/ask.h"

enum { EVENTS_MAX = 2000 };

/* A log group may serve several connectors. A worker of MSK Connect runs one of them, so a block
 * that names none is another's when all others of its worker are. */
static bool log_is_others(const struct log_blocks *blocks, const struct log_block *block,
                          const char *connector)
{
    bool is_others = false;
    if (block->connector[0] != '\0' || block->worker[0] == '\0')
        return !log_block_is_of(block, connector);
    for (size_t i = 0; i < blocks->n; i++) {
        const struct log_block *at = &blocks->items[i];
        if (at->connector[0] == '\0' || strcmp(at->worker, block->worker) != 0)
            continue;
        if (log_block_is_of(at, connector))
            return false;
        is_others = true;
    }
    return is_others;
}

/* Nothing is moved before all are judged, since each is judged by all of them. */
static void log_keep_own(struct log_blocks *blocks, const char *connector)
{
    size_t n = 0;
    for (size_t i = 0; i < blocks->n; i++)
        if (log_is_others(blocks, &blocks->items[i], connector)) {
            free(blocks->items[i].text);
            blocks->items[i].text = NULL;
        }
    for (size_t i = 0; i < blocks->n; i++)
        if (blocks->items[i].text != NULL)
            blocks->items[n++] = blocks->items[i];
    blocks->n = n;
}

pt_code ask_log(struct aws_client *client, const struct aws_keys *keys, const struct conn *conn,
                int64_t since_ms, const char *pattern, struct log_blocks *blocks, bool *is_cut,
                struct pt_error *err)
{
    struct logs_events events;
    struct log_cutter cutter;
    const struct logs_filter filter = {.group = conn->log_group,
                                       .start_ms = since_ms,
                                       .end_ms = PT_UNKNOWN,
                                       .pattern = pattern,
                                       .limit = EVENTS_MAX,
                                       .is_newest = true};
    memset(blocks, 0, sizeof *blocks);
    pt_code code = logs_filter_events(client, keys, &filter, &events, err);
    if (code != PT_OK)
        return code;
    log_cutter_init(&cutter);
    for (size_t i = 0; i < events.n; i++)
        log_cutter_add(&cutter, events.items[i].stream, events.items[i].time_ms,
                       events.items[i].text);
    *is_cut = events.is_truncated || cutter.is_over;
    logs_events_done(&events);
    log_cutter_end(&cutter, blocks);
    log_keep_own(blocks, conn->name);
    return PT_OK;
}

void log_witness(const struct log_blocks *blocks, const struct conn *conn, struct conn_log *out)
{
    const struct log_block *guilty = log_blocks_guilty(blocks);
    struct rule_place place;
    memset(out, 0, sizeof *out);
    if (guilty == NULL)
        return;
    conn_place(conn, &place);
    out->rule = rules_find(guilty->text, RULE_LOG, &place, &out->words);
    if (out->rule == NULL) {
        out->rule = rules_by_id("error-unknown");
        rule_explain(out->rule, "", &place, &out->words);
    }
    out->time_ms = guilty->time_ms;
    out->count = guilty->count;
    out->text = strdup(guilty->text);
    conn_cause_of(guilty->text, out->said, sizeof out->said);
}
