/* Goes through the notes of what was created: looks at all of it, asks, deletes, strikes. */
#include "teardown/teardown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/service.h"
#include "aws/sts.h"
#include "base/clock.h"
#include "base/shown.h"
#include "base/text.h"

enum {
    LOOK_LIMIT_MS = 12 * 1000,
    EARLY_MS = 10 * 60 * 1000,
    LOSS_MAX = 64 * 1024,
    SHOWN_MAX = 5000
};

/* In the order in which things are deleted. */
static const struct teardown_kind *const kinds[CREATED_KINDS] = {
    [CREATED_CONNECTOR] = &teardown_connector,
    [CREATED_PLUGIN] = &teardown_plugin,
    [CREATED_ZIP] = &teardown_zip,
    [CREATED_TOPIC] = &teardown_topic,
    [CREATED_TRUST] = &teardown_trust,
    [CREATED_JAVA_FILE] = &teardown_java_file,
    [CREATED_KEY_FILE] = &teardown_key_file,
    [CREATED_IGNORE_LINE] = &teardown_ignore_line};

const char *pt_made_state_word(enum pt_made_state state)
{
    static const char *const words[] = {"unknown", "there", "gone", "changed"};
    return words[state];
}

const char *pt_made_end_word(enum pt_made_end end)
{
    static const char *const words[] = {"left", "deleted", "failed"};
    return words[end];
}

/* ------------------------------------------------------------------ the login */

/* Once: who asks, so that nothing of another account is taken for one's own. */
static void log_in(struct teardown *t)
{
    struct aws_keys keys = {0};
    struct sts_identity who;
    t->is_aws_tried = true;
    t->aws_err = (struct pt_error){.code = PT_OK};
    pt_code code = keyring_take(&t->ring, &t->worker.setup, &keys, &t->aws_err);
    if (code == PT_OK)
        code = sts_get_caller_identity(t->check.client, &keys, 0, &who, &t->aws_err);
    if (code == PT_OK)
        text_copy(t->found.account, sizeof t->found.account, who.account);
    aws_keys_done(&keys);
}

/* Keys, and the thing's own region. keys: aws_keys_done. */
static pt_code take_keys(struct teardown *t, const struct created *note, struct aws_keys *keys,
                         struct pt_error *err)
{
    pt_code code = keyring_take(&t->ring, &t->worker.setup, keys, err);
    if (code == PT_OK && note->region[0] != '\0')
        text_copy(t->check.client->region, sizeof t->check.client->region, note->region);
    return code;
}

/* False: it cannot be looked at, and the check says why. keys: out, aws_keys_done. */
static bool is_aws_ready(struct teardown *t, const struct created *note, struct aws_keys *keys)
{
    struct pt_error err;
    if (!t->is_aws_tried)
        log_in(t);
    if (t->aws_err.code != PT_OK) {
        check_unknown(&t->check, t->aws_err.fix, "%s", t->aws_err.what);
        return false;
    }
    if (note->account[0] != '\0' && strcmp(note->account, t->found.account) != 0) {
        check_unknown(&t->check, "Use the credentials of that account: --profile NAME.",
                      "it is of the AWS account %s, and these credentials are of %s", note->account,
                      t->found.account);
        return false;
    }
    if (take_keys(t, note, keys, &err) == PT_OK)
        return true;
    check_error(&t->check, &err);
    return false;
}

/* ------------------------------------------------------------------ one thing */

/* Its account, also where only its ARN tells it. */
static bool is_account_noted(const struct created *note)
{
    char account[16];
    return note->account[0] != '\0' ||
           aws_arn_get(note->arn, AWS_ARN_ACCOUNT, account, sizeof account);
}

/* Nothing is taken for gone that may be in another account, or that a service may still make: the
 * request of a run that was cut off may have arrived, and what was made is not listed at once. */
static void doubt_gone(struct teardown *t, const struct teardown_item *item)
{
    const struct created *note = &item->note;
    bool is_aws = kinds[note->kind]->is_aws;
    if (item->said.state != PT_CHECK_NOT_NEEDED)
        return;
    if (is_aws && !is_account_noted(note))
        check_unknown(&t->check,
                      "Look for it in each of your accounts: pintop --profile NAME teardown",
                      "it is not in the account %s, and its note does not say in which account it "
                      "was created",
                      t->found.account);
    else if ((is_aws || note->kind == CREATED_TOPIC) && !note->is_made &&
             clock_real_ms() - note->begun_ms < EARLY_MS)
        check_unknown(&t->check, "Look again in 10 minutes: pintop teardown",
                      "it is not there yet, but the run that was creating it was cut off less than "
                      "10 minutes ago, so that it may still appear");
}

static void set_limit(struct teardown *t, int32_t limit_ms)
{
    t->check.deadline_us = t->worker.deadline_us = clock_mono_us() + (int64_t)limit_ms * 1000;
}

static void look_with(struct teardown *t, struct teardown_item *item)
{
    const struct teardown_kind *kind = kinds[item->note.kind];
    struct aws_keys keys = {0};
    check_said_done(&item->said);
    item->said = (struct check_said){.state = PT_CHECK_UNKNOWN};
    buf_reset(&item->loss);
    t->check.said = &item->said;
    t->row.manual = kind->manual;
    set_limit(t, LOOK_LIMIT_MS);
    if (!kind->is_aws || is_aws_ready(t, &item->note, &keys)) {
        t->check.keys = kind->is_aws ? &keys : NULL;
        kind->look(t, item);
        doubt_gone(t, item);
    }
    t->check.keys = NULL;
    aws_keys_done(&keys);
}

static pt_code remove_with(struct teardown *t, struct teardown_item *item, struct pt_error *err)
{
    const struct teardown_kind *kind = kinds[item->note.kind];
    struct aws_keys keys = {0};
    pt_code code = PT_OK;
    set_limit(t, kind->limit_ms);
    if (kind->is_aws)
        code = take_keys(t, &item->note, &keys, err);
    t->check.keys = kind->is_aws ? &keys : NULL;
    if (code == PT_OK)
        code = kind->remove(t, item, err);
    t->check.keys = NULL;
    aws_keys_done(&keys);
    return code;
}

/* ------------------------------------------------------------------ as it is shown */

static enum pt_made_state made_state_of(const struct check_said *said)
{
    switch (said->state) {
    case PT_CHECK_OK:
        return PT_MADE_THERE;
    case PT_CHECK_WARN:
        return PT_MADE_OTHER;
    case PT_CHECK_NOT_NEEDED:
        return PT_MADE_GONE;
    default: /* also what a service refuses: it was not seen */
        return PT_MADE_UNKNOWN;
    }
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void show_item(const struct teardown_item *item, struct pt_made *out)
{
    const struct created *note = &item->note;
    bool is_there = item->said.state == PT_CHECK_OK;
    *out = (struct pt_made){.kind = created_kind_word(note->kind),
                            .name = or_empty(item->name),
                            .arn = item->arn[0] != '\0' ? item->arn : note->arn,
                            .region = note->region,
                            .account = note->account,
                            .cluster = note->cluster,
                            .made_ms = note->begun_ms,
                            .is_sure = note->is_made,
                            .state = made_state_of(&item->said),
                            .evidence = or_empty(item->said.evidence),
                            .fix = or_empty(item->said.fix),
                            .does = kinds[note->kind]->does,
                            .loss = is_there ? or_empty(item->loss.data) : "",
                            .is_typed = kinds[note->kind]->is_typed,
                            .end = item->end,
                            .error = or_empty(item->error)};
}

/* An object is named with its bucket. */
static bool name_item(struct teardown_item *item)
{
    char name[SHOWN_MAX];
    if (item->note.kind == CREATED_ZIP)
        snprintf(name, sizeof name, "s3://%s/%s", item->note.ref, item->note.name);
    else
        text_copy(name, sizeof name, item->note.name);
    item->name = shown_copy(name, SHOWN_MAX);
    return item->name != NULL;
}

/* ------------------------------------------------------------------ all of them */

/* What the public list points into. */
struct teardown_memory {
    struct created_list notes;
    struct teardown_item *items;
    size_t n;
    char notes_path[4200];
};

void pt_made_list_done(struct pt_made_list *list)
{
    struct teardown_memory *memory = list->memory;
    for (size_t i = 0; memory != NULL && i < memory->n; i++) {
        check_said_done(&memory->items[i].said);
        buf_done(&memory->items[i].loss);
        free(memory->items[i].name);
        free(memory->items[i].error);
    }
    if (memory != NULL) {
        created_list_done(&memory->notes);
        free(memory->items);
    }
    free(memory);
    free(list->rows);
    memset(list, 0, sizeof *list);
}

static pt_code teardown_no_memory(struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "teardown: out of memory");
}

/* By kind; of one kind the newest first, since each was made on top of the one before. */
static pt_code order_notes(struct teardown_memory *memory, struct pt_made_list *list,
                           struct pt_error *err)
{
    const struct created_list *notes = &memory->notes;
    memory->items = calloc(notes->n + 1, sizeof *memory->items);
    list->rows = calloc(notes->n + 1, sizeof *list->rows);
    if (memory->items == NULL || list->rows == NULL)
        return teardown_no_memory(err);
    for (int kind = 0; kind < CREATED_KINDS; kind++)
        for (size_t i = notes->n; i > 0; i--) {
            if ((int)notes->items[i - 1].kind != kind)
                continue;
            struct teardown_item *item = &memory->items[memory->n++];
            item->note = notes->items[i - 1];
            buf_init(&item->loss, LOSS_MAX);
            if (!name_item(item))
                return teardown_no_memory(err);
        }
    list->n = memory->n;
    return PT_OK;
}

static pt_code teardown_check_end(const struct teardown *t, struct pt_error *err)
{
    const struct pt_teardown *how = t->how;
    return how->is_cancelled != NULL && how->is_cancelled(how->arg)
               ? pt_error_set(err, PT_ECANCELLED, NULL, "teardown: interrupted")
               : PT_OK;
}

static void item_failed(struct teardown_item *item, const struct pt_error *why)
{
    char text[PT_WHAT_MAX + PT_FIX_MAX + 4];
    snprintf(text, sizeof text, "%s%s%s", why->what, why->fix[0] != '\0' ? ". " : "", why->fix);
    item->end = PT_MADE_FAILED;
    item->error = shown_copy(text, sizeof text);
}

static pt_code teardown_strike(const struct teardown *t, const struct teardown_item *item,
                               struct pt_error *err)
{
    const struct teardown_kind *kind = kinds[item->note.kind];
    pt_code code = created_strike(pt_config_get(t->cfg, "pintop.state.dir"), item->note.id, err);
    if (code == PT_OK && kind->struck != NULL)
        kind->struck(item);
    return code;
}

/* Looks again, since the question may have waited for hours; deletes; strikes the note last, so
 * that a run that is cut off before leaves one that the next run finds gone. */
static pt_code teardown_delete(struct teardown *t, struct teardown_item *item, struct pt_made *row,
                               struct pt_error *err)
{
    const struct pt_teardown *how = t->how;
    struct pt_error why;
    if (how->deleting != NULL)
        how->deleting(how->arg, row);
    look_with(t, item);
    enum pt_made_state state = made_state_of(&item->said);
    pt_code code = PT_OK;
    if (state == PT_MADE_THERE && remove_with(t, item, &why) != PT_OK)
        item_failed(item, &why);
    else if (state == PT_MADE_THERE)
        item->end = PT_MADE_DELETED;
    if (item->end == PT_MADE_DELETED || state == PT_MADE_GONE)
        code = teardown_strike(t, item, err);
    show_item(item, row);
    if (how->ended != NULL)
        how->ended(how->arg, row);
    return code;
}

static pt_code look_at_all(struct teardown *t, struct teardown_memory *memory,
                           struct pt_made_list *list, struct pt_error *err)
{
    pt_code code = PT_OK;
    t->is_listing = true;
    for (size_t i = 0; i < memory->n && code == PT_OK; i++) {
        look_with(t, &memory->items[i]);
        show_item(&memory->items[i], &list->rows[i]);
        code = teardown_check_end(t, err);
    }
    t->is_listing = false;
    if (code == PT_OK && t->how->listed != NULL)
        t->how->listed(t->how->arg, list);
    return code;
}

/* What was changed twice by pintop is put back in two steps: after the first of them, the second
 * one finds what it wrote. */
static void look_below(struct teardown *t, struct teardown_memory *memory,
                       struct pt_made_list *list, size_t i)
{
    const struct created *note = &memory->items[i].note;
    bool is_uncovered = false;
    for (size_t k = 0; k < i; k++)
        is_uncovered |= memory->items[k].end == PT_MADE_DELETED &&
                        memory->items[k].note.kind == note->kind &&
                        strcmp(memory->items[k].note.name, note->name) == 0;
    if (list->rows[i].state != PT_MADE_OTHER || !is_uncovered)
        return;
    look_with(t, &memory->items[i]);
    show_item(&memory->items[i], &list->rows[i]);
}

static pt_code delete_all(struct teardown *t, struct teardown_memory *memory,
                          struct pt_made_list *list, struct pt_error *err)
{
    const struct pt_teardown *how = t->how;
    pt_code code = PT_OK;
    for (size_t i = 0; i < memory->n && code == PT_OK; i++) {
        struct teardown_item *item = &memory->items[i];
        struct pt_made *row = &list->rows[i];
        look_below(t, memory, list, i);
        if (row->state == PT_MADE_GONE)
            code = teardown_strike(t, item, err);
        else if (row->state == PT_MADE_THERE && how->agree != NULL && how->agree(how->arg, row))
            code = teardown_delete(t, item, row, err);
        if (code == PT_OK)
            code = teardown_check_end(t, err);
    }
    return code;
}

static pt_code teardown_open(struct teardown *t, struct pt_error *err)
{
    keyring_init(&t->ring);
    aws_pace_init(&t->pace, clock_even_ms);
    found_init(&t->found, t->cfg);
    text_copy(t->found.user_id, sizeof t->found.user_id, pt_config_get(t->cfg, "pintop.user.id"));
    pt_code code = doctor_worker_init(&t->worker, t->cfg, &t->pace, &t->n_calls, err);
    t->row = (struct check_row){.id = "teardown", .title = "", .is_signed = true};
    t->check = (struct check){.row = &t->row,
                              .cfg = t->cfg,
                              .found = &t->found,
                              .client = &t->worker.setup.client,
                              .keyring = &t->ring,
                              .setup = &t->worker.setup};
    return code;
}

static void teardown_close(struct teardown *t)
{
    doctor_worker_done(&t->worker);
    found_done(&t->found);
    aws_pace_done(&t->pace);
    keyring_done(&t->ring);
}

/* With the list of things in memory and list. */
static pt_code teardown_go(struct teardown *t, struct teardown_memory *memory,
                           struct pt_made_list *list, struct pt_error *err)
{
    pt_code code = teardown_open(t, err);
    if (code == PT_OK)
        code = look_at_all(t, memory, list, err);
    if (code == PT_OK && !t->how->is_plan)
        code = delete_all(t, memory, list, err);
    teardown_close(t);
    return code;
}

pt_code pt_teardown_run(const struct pt_config *cfg, const struct pt_teardown *how,
                        struct pt_made_list *list, struct pt_error *err)
{
    const char *dir = pt_config_get(cfg, "pintop.state.dir");
    struct teardown_memory *memory = calloc(1, sizeof *memory);
    struct teardown *t = calloc(1, sizeof *t);
    memset(list, 0, sizeof *list);
    list->memory = memory;
    if (memory == NULL || t == NULL) {
        free(t);
        return teardown_no_memory(err);
    }
    snprintf(memory->notes_path, sizeof memory->notes_path, "%s/created", dir);
    list->notes = memory->notes_path;
    t->cfg = cfg;
    t->how = how;
    t->notes = &memory->notes;
    pt_code code = PT_OK;
    if (!how->is_plan && pt_config_is_readonly(cfg))
        code = pt_error_set(err, PT_EREADONLY, "Leave out --readonly (or pintop.readonly)",
                            "teardown: it deletes things, and this pintop is read-only");
    if (code == PT_OK)
        code = created_read(dir, &memory->notes, err);
    list->n_strange = memory->notes.n_strange;
    if (code == PT_OK)
        code = order_notes(memory, list, err);
    if (code == PT_OK)
        code = teardown_go(t, memory, list, err);
    free(t);
    return code;
}
