/* The worker log of an MSK Connect connector, from CloudWatch Logs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/logs.h"
#include "connector/ask.h"

enum { EVENTS_MAX = 2000 };

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
    /* A group may serve several connectors. */
    size_t n = 0;
    for (size_t i = 0; i < blocks->n; i++) {
        if (log_block_is_of(&blocks->items[i], conn->name))
            blocks->items[n++] = blocks->items[i];
        else
            free(blocks->items[i].text);
    }
    blocks->n = n;
    return PT_OK;
}

void log_witness(const struct log_blocks *blocks, struct conn_log *out)
{
    const struct log_block *worst = log_blocks_worst(blocks);
    memset(out, 0, sizeof *out);
    if (worst == NULL)
        return;
    out->rule = worst->rule;
    if (worst->rule != NULL)
        rules_explain(worst->rule, worst->text, &out->words);
    out->time_ms = worst->time_ms;
    out->count = worst->count;
    out->text = strdup(worst->text);
    conn_cause_of(worst->text, out->said, sizeof out->said);
}
