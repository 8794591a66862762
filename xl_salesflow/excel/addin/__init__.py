"""Build the add-in from text, install it, and diagnose its problems.

The command line may import this package, and Excel when the add-in is built.

Public names, by file:

    addin_build: build_addin
    addin_doctor: diagnose_addin, Diagnosis, process_environment
    excel_selftest: run_selftest_in_excel
    installation: find_addin_places, install_addin, uninstall_addin
    installation_checks: DoctorCase
"""
