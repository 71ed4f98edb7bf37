-- The identifier of the thing number so and so of a kind.
create function id(kind integer, number bigint) returns uuid language sql immutable as
    $$ select (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid $$;

-- Takes the indexes of a table away while it is filled, but for those that are rules, and says what to do afterwards.
create function bare(name regclass) returns text[] language plpgsql as $$
declare
    found record;
    afterwards text[];
begin
    for found in select indexrelid::regclass as name, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') as definition
        from pg_index where indrelid = name and not indisunique
    loop
        execute format('drop index %s', found.name);
        afterwards := afterwards || found.definition;
    end loop;
    return afterwards;
end
$$;
create function clothe(definitions text[]) returns void language plpgsql as $$
declare
    definition text;
begin
    foreach definition in array definitions loop
        execute definition;
    end loop;
end
$$;
