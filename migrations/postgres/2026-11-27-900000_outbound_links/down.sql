DROP TABLE outbound_links;
