#include "doctor/table.h"

#include <string.h>

static const struct check_row *const groups[] = {
    checks_of_self,    checks_of_keypair, checks_of_host,  checks_of_client, checks_of_role,
    checks_of_cluster, checks_of_kafka,   checks_of_store, checks_of_connect};

const struct check_row *check_table_at(size_t i)
{
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        for (const struct check_row *row = groups[g]; row->id != NULL; row++)
            if (i-- == 0)
                return row;
    return NULL;
}

const char *pt_check_id(size_t i)
{
    const struct check_row *row = check_table_at(i);
    return row != NULL ? row->id : NULL;
}

static const struct check_row *table_find(const char *id)
{
    const struct check_row *row;
    for (size_t i = 0; (row = check_table_at(i)) != NULL; i++)
        if (strcmp(row->id, id) == 0)
            return row;
    return NULL;
}

const char *pt_check_title(const char *id)
{
    const struct check_row *row = table_find(id);
    return row != NULL ? row->title : NULL;
}

const char *pt_check_step(const char *id)
{
    const struct check_row *row = table_find(id);
    return row == NULL ? NULL : row->step != NULL ? row->step : "";
}

bool pt_check_is_costly(const char *id)
{
    const struct check_row *row = table_find(id);
    return row != NULL && row->fix != NULL && row->fix->kind == FIX_COSTS;
}
