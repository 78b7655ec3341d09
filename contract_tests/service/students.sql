CREATE TABLE students (
    id BIGINT GENERATED ALWAYS AS IDENTITY, 
    given_name TEXT NOT NULL, 
    family_name TEXT NOT NULL, 
    email TEXT NOT NULL, 
    date_of_birth DATE, 
    course TEXT NOT NULL, 
    year INTEGER NOT NULL, 
    gpa DOUBLE PRECISION, 
    status TEXT DEFAULT 'active' NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    PRIMARY KEY (id)
);
CREATE INDEX students_course_id_idx ON students (course, id);
CREATE UNIQUE INDEX students_email_lower_key ON students (lower(email));
CREATE INDEX students_status_id_idx ON students (status, id);
