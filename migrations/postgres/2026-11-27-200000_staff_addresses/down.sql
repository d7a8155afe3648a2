DROP TABLE staff_former_addresses;
