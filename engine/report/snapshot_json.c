/* The snapshot as JSON: `status --json`, and what the other end of a socket or a recording reads.
 */
#include "pintop/report.h"
#include "report/tables.h"
#include "report/writer.h"

char *pt_snapshot_json(const struct pt_snapshot *snap)
{
    return json_write_document(&snapshot_table, snap, snap);
}

char *pt_connector_json(const struct pt_snapshot *snap, const struct pt_connector *connector)
{
    struct json_writer to;
    json_writer_init(&to, snap);
    json_write_object(&to, &connector_table, connector);
    return json_writer_take(&to);
}
