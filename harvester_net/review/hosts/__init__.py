"""Comments on pull requests of GitHub, GitLab, Gitea and Bitbucket."""
