DROP TABLE donor_letters;
