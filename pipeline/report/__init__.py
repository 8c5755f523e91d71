"""What people read: tables, figures, HTML, CSV, XLSX."""
