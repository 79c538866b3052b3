/* What pintop has created, and what `teardown` did to it. */
#include "pintop/report.h"
#include "report/field.h"
#include "report/words.h"
#include "report/writer.h"

static const struct field made_fields[] = {
    PLAIN(pt_made, kind, "kind", 0),
    PLAIN(pt_made, name, "name", 0),
    PLAIN(pt_made, arn, "arn", 0),
    PLAIN(pt_made, region, "region", 0),
    PLAIN(pt_made, account, "account", 0),
    PLAIN(pt_made, cluster, "cluster_id", 0),
    PLAIN(pt_made, made_ms, "created_at", RULE_TIME),
    PLAIN(pt_made, is_sure, "sure", 0),
    WORD(pt_made, state, "state", made_word),
    PLAIN(pt_made, evidence, "evidence", 0),
    PLAIN(pt_made, fix, "fix", 0),
    PLAIN(pt_made, does, "does", 0),
    PLAIN(pt_made, loss, "loss", 0),
    PLAIN(pt_made, is_typed, "typed", 0),
    WORD(pt_made, end, "outcome", made_end_word),
    PLAIN(pt_made, error, "error", 0),
};
static const struct field_table made_table = TABLE(pt_made, made_fields);

static const struct field made_list_fields[] = {
    LIST(pt_made_list, rows, n, "things", made_table),
    PLAIN(pt_made_list, n_strange, "notes_not_understood", 0),
    PLAIN(pt_made_list, notes, "notes", 0),
};
static const struct field_table made_list_table = TABLE(pt_made_list, made_list_fields);

char *pt_made_json(const struct pt_made_list *list)
{
    return json_write_document(&made_list_table, list, NULL);
}
