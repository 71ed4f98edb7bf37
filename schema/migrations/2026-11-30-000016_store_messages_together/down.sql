drop function store_messages;
