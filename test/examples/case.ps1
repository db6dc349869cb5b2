# A case file by file, with PowerShell 7: $env:HANGUP_URL, $env:HANGUP_KEY; ./case.ps1 INCIDENT_AT PEER FILE…
param(
  [Parameter(Mandatory)][string]$IncidentAt,
  [Parameter(Mandatory)][string]$Peer,
  [Parameter(Mandatory, ValueFromRemainingArguments)][string[]]$Files
)
$ErrorActionPreference = 'Stop'
$headers = @{ Authorization = "Bearer $env:HANGUP_KEY" }

$opening = @{ incidentAt = $IncidentAt; peer = $Peer } | ConvertTo-Json
$opened = Invoke-RestMethod -Method Post -Uri "$env:HANGUP_URL/v1/cases" -Headers $headers -ContentType 'application/json' -Body $opening
$case = "$env:HANGUP_URL/v1/cases/$($opened.id)"

foreach ($file in $Files) {
  $name = [uri]::EscapeDataString((Split-Path -Leaf $file))
  $stored = Invoke-RestMethod -Method Put -Uri "$case/files/$name" -Headers $headers -ContentType 'application/octet-stream' -InFile $file
  foreach ($warning in $stored.warnings) { Write-Warning "${name}: $($warning.message)" }
}

Invoke-RestMethod -Method Post -Uri "$case/diagnose" -Headers $headers | Out-Null
$accept = $headers + @{ Accept = 'text/markdown' }
while ($true) {
  $answer = Invoke-WebRequest -Uri "$case/diagnosis" -Headers $accept -SkipHttpErrorCheck
  if ($answer.StatusCode -eq 200) { break }
  # A problem document's type is not one that PowerShell takes for text.
  $said = if ($answer.Content -is [byte[]]) { [Text.Encoding]::UTF8.GetString($answer.Content) } else { $answer.Content }
  if (($said | ConvertFrom-Json).code -ne 'in-progress') { throw $said }
  Start-Sleep -Seconds 1
}
[Text.Encoding]::UTF8.GetString($answer.RawContentStream.ToArray())
