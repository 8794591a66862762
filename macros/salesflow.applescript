-- Starts Python for a button on macOS. Every part of the command is quoted, so that no letter of a path or of the name of a
-- workbook is read by the shell. The parts come in one text, separated by a character that no path has.
on VbaHandler(ParameterString)
	set {PythonPath, Interpreter, PythonCommand, WorkbookName, ApplicationFullName, LogFile} to SplitString(ParameterString, character id 30)
	set Prelude to "import sys, xlwings.utils; xlwings.utils.prepare_sys_path(sys.argv.pop(1)); "
	set ShellCommand to quoted form of Interpreter & " -B -u -W ignore -c " & quoted form of (Prelude & PythonCommand) & " " & quoted form of PythonPath & " " & quoted form of ("--wb=" & WorkbookName) & " --from_xl=1 " & quoted form of ("--app=" & ApplicationFullName) & " > /dev/null 2> " & quoted form of LogFile & " &"
	try
		return do shell script ShellCommand
	on error errMsg number errNumber
		return 1
	end try
end VbaHandler

on SplitString(TheBigString, fieldSeparator)
	set oldDelimiters to AppleScript's text item delimiters
	set AppleScript's text item delimiters to fieldSeparator
	set theItems to text items of TheBigString
	set AppleScript's text item delimiters to oldDelimiters
	return theItems
end SplitString
